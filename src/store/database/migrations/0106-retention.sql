-- What a job holds on the disk once it has ended, when somebody first took its result away, and when a person archived it.
alter table jobs add column bytes bigint;
alter table jobs add column taken_at bigint;
alter table jobs add column archived_at bigint;
create index jobs_archived on jobs (id) where archived_at is not null;
-- What retention removed, so that people can see what went. It outlives the jobs.
create table removals (
  job_id text primary key,
  title text not null,
  bytes bigint not null,
  completed_at bigint not null,
  removed_at bigint not null,
  reason text not null,
  was_taken integer not null
);
create index removals_newest on removals (removed_at);
