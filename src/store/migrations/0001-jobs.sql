-- Every table is reached through its job; every list the server shows has an index that it walks in order.
create table jobs (
  id uuid primary key,
  vision text not null,
  title text not null,
  backend text not null,
  agents jsonb not null,
  mode text not null,
  status text not null,
  phase text not null,
  progress integer not null default 0,
  wait jsonb,
  proof text,
  checks jsonb not null,
  source text,
  budget jsonb,
  parallelism integer not null,
  idempotency_key text unique,
  request_hash text,
  epoch integer not null default 1,
  last_seq integer not null default 0,
  head_commit text,
  result_path text,
  plan jsonb,
  error text,
  cancel_requested_at timestamptz,
  created_at timestamptz not null,
  started_at timestamptz,
  completed_at timestamptz
);
create index jobs_created on jobs (created_at desc, id desc);
create index jobs_status on jobs (status, created_at desc, id desc);
create index jobs_unfinished on jobs (id) where status in ('queued', 'running', 'waiting');

create table agents (
  id uuid primary key,
  job_id uuid not null references jobs on delete cascade,
  name text not null,
  role text not null,
  backend text not null,
  model text,
  status text not null default 'idle',
  phase text,
  task_id uuid,
  last_activity text,
  last_activity_at timestamptz
);
create index agents_job on agents (job_id, id);

create table tasks (
  id uuid primary key,
  job_id uuid not null references jobs on delete cascade,
  key text not null,
  kind text not null,
  title text not null,
  description text not null,
  role text not null,
  phase text not null,
  status text not null,
  position integer not null,
  depends_on jsonb not null,
  acceptance jsonb not null,
  checks jsonb not null,
  agent_id uuid not null references agents,
  error text,
  started_at timestamptz,
  completed_at timestamptz
);
create index tasks_job on tasks (job_id, position);

create table attempts (
  id uuid primary key,
  job_id uuid not null references jobs on delete cascade,
  task_id uuid not null references tasks on delete cascade,
  epoch integer not null,
  number integer not null,
  kind text not null,
  subject_id uuid references attempts,
  agent_id uuid not null references agents,
  backend text not null,
  status text not null,
  feedback jsonb not null default '[]',
  base_commit text,
  head_commit text,
  changed boolean,
  outcome jsonb,
  stop_reason text,
  error text,
  walls text,
  input_tokens integer not null default 0,
  output_tokens integer not null default 0,
  cost_usd double precision,
  created_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz
);
create index attempts_job on attempts (job_id, created_at, id);

-- One row per piece of long work that a worker claims. `lease` is the fencing token: it grows with each claim,
-- and whatever is written on behalf of the work names it.
create table work (
  id uuid primary key,
  job_id uuid not null references jobs on delete cascade,
  epoch integer not null,
  kind text not null,
  task_id uuid references tasks on delete cascade,
  attempt_id uuid references attempts on delete cascade,
  queue text not null,
  queue_id uuid not null,
  status text not null,
  lease integer not null default 0,
  worker_id uuid,
  outcome jsonb,
  created_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz
);
create index work_job on work (job_id, created_at, id);
create index work_open on work (job_id) where status in ('queued', 'running');

create table checks (
  id uuid primary key,
  job_id uuid not null references jobs on delete cascade,
  work_id uuid not null references work on delete cascade,
  task_id uuid references tasks on delete cascade,
  attempt_id uuid references attempts on delete cascade,
  round integer not null,
  position integer not null,
  command text not null,
  verdict text not null,
  exit_code integer,
  duration_ms integer not null,
  commit text not null,
  log text not null,
  log_truncated boolean not null,
  versions jsonb not null,
  walls text not null,
  started_at timestamptz not null
);
create index checks_job on checks (job_id, started_at, id);

create table documents (
  id uuid primary key,
  job_id uuid not null references jobs on delete cascade,
  name text not null,
  size integer not null,
  media_type text not null,
  content bytea not null,
  created_at timestamptz not null
);
create index documents_job on documents (job_id, created_at, id);

create table events (
  job_id uuid not null references jobs on delete cascade,
  seq integer not null,
  at timestamptz not null,
  type text not null,
  actor text not null,
  task_id uuid,
  attempt_id uuid,
  phase text not null,
  message text not null,
  data jsonb not null,
  primary key (job_id, seq)
);

create table workers (
  id uuid primary key,
  host text not null,
  pid integer not null,
  slots integer not null,
  started_at timestamptz not null,
  seen_at timestamptz not null
);

create table settings (
  key text primary key,
  value jsonb not null
);

-- Appends a list of events in one statement. The counter row serialises the writers of one job, so `seq` has no
-- gaps and is committed in order; the notification carries only where to look.
create function append_events(job uuid, list jsonb) returns integer language sql as $$
  with counted as (
    update jobs set last_seq = last_seq + jsonb_array_length(list) where id = job
    returning last_seq - jsonb_array_length(list) as base, last_seq, phase as now_phase
  ), added as (
    insert into events (job_id, seq, at, type, actor, task_id, attempt_id, phase, message, data)
    select job, base + n, (e ->> 'at')::timestamptz, e ->> 'type', e ->> 'actor', (e ->> 'task_id')::uuid,
      (e ->> 'attempt_id')::uuid, coalesce(e ->> 'phase', now_phase), e ->> 'message', e -> 'data'
    from counted, jsonb_array_elements(list) with ordinality as x(e, n)
    returning seq
  ), told as (
    select pg_notify('slipway_events', job::text || ' ' || last_seq) from counted
  )
  select (select last_seq from counted) from told
$$;
