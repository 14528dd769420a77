-- Since when a job waits for a person (null while it does not), and how long it did before, in milliseconds.
alter table jobs add column person_since timestamptz;
alter table jobs add column person_ms double precision not null default 0;
update jobs set person_since = (wait ->> 'since')::timestamptz
  where status = 'waiting' and wait ->> 'for' in ('approval', 'budget', 'backend');
-- The list that begins with the jobs that need a person, and their number.
create index jobs_attention on jobs ((person_since is null), created_at desc, id desc);
create index jobs_person on jobs (id) where person_since is not null;
-- The check that a run of checks is at: its command, its number from 1, how many there are, since when.
alter table work add column current_check jsonb;
