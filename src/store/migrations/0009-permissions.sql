-- What agents ask before they act, and what people said. A question is open while it has no answer and its attempt runs:
-- the end of an attempt closes its questions, whatever ended it.
alter table jobs add column permissions text not null default 'sandbox';
create table permissions (
  id uuid primary key,
  job_id uuid not null references jobs on delete cascade,
  task_id uuid not null references tasks on delete cascade,
  attempt_id uuid not null references attempts on delete cascade,
  agent_id uuid not null references agents on delete cascade,
  title text not null,
  kind text,
  input jsonb,
  options jsonb not null,
  asked_at timestamptz not null,
  deadline timestamptz not null,
  outcome text,
  option_id text,
  actor text,
  answered_at timestamptz
);
create index permissions_job on permissions (job_id, id);
create index permissions_open on permissions (job_id) where outcome is null;
