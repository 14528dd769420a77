-- What people say to agents. A message is delivered once: with the attempt whose session or brief it went into.
create table messages (
  id uuid primary key,
  job_id uuid not null references jobs on delete cascade,
  agent_id uuid not null references agents on delete cascade,
  text text not null,
  created_at timestamptz not null,
  delivered_at timestamptz,
  attempt_id uuid references attempts on delete cascade
);
create index messages_waiting on messages (agent_id, id) where delivered_at is null;
create index messages_delivered on messages (attempt_id, id) where attempt_id is not null;

-- A task that a person wants to end. It is cancelled when its last process is gone.
alter table tasks add column cancel_requested_at timestamptz;
