-- What agents ask people in the middle of their work. A question is open while it has no outcome and its attempt runs: the end
-- of an attempt closes its questions, whatever ended it. An answer reaches its agent as a message.
create table questions (
  id uuid primary key,
  job_id uuid not null references jobs on delete cascade,
  task_id uuid not null references tasks on delete cascade,
  attempt_id uuid not null references attempts on delete cascade,
  agent_id uuid not null references agents on delete cascade,
  question text not null,
  choices jsonb not null,
  asked_at timestamptz not null,
  deadline timestamptz not null,
  outcome text,
  answer text,
  actor text,
  answered_at timestamptz
);
create index questions_job on questions (job_id, id);
create index questions_open on questions (job_id) where outcome is null;
create index questions_attempt on questions (attempt_id);
