-- One schema for SQLite and PostgreSQL, in types that both can be given (src/store/migrate.ts): JSON is text, a time is epoch
-- milliseconds, a boolean is 0 or 1. Every table is reached through its job; every list that is shown has an index.
create table jobs (
  id text primary key,
  vision text not null,
  title text not null,
  backend text not null,
  agents text not null,
  model text,
  models text not null,
  mode text not null,
  status text not null,
  phase text not null,
  progress integer not null,
  wait text,
  wait_for text,
  proof text,
  proof_reason text,
  checks text not null,
  setup text not null,
  source text,
  branch text not null,
  budget text,
  parallelism integer not null,
  idempotency_key text unique,
  request_hash text not null,
  hidden integer not null,
  epoch integer not null,
  last_seq integer not null,
  head_commit text,
  result_path text,
  plan text,
  approve_plan integer not null,
  permissions text not null,
  proposed_plan text,
  plan_version integer not null,
  plan_approved integer not null,
  plan_notes text not null,
  error text,
  cancel_requested_at bigint,
  person_since bigint,
  person_ms double precision not null,
  -- When an advance of the job is due; null while nothing but work or a person moves it.
  advance_due_at bigint,
  advance_failures integer not null,
  created_at bigint not null,
  started_at bigint,
  completed_at bigint
);
create index jobs_created on jobs (created_at, id);
create index jobs_status on jobs (status, created_at, id);
create index jobs_unfinished on jobs (id) where status in ('queued', 'running', 'waiting');
create index jobs_due on jobs (advance_due_at) where advance_due_at is not null;
create index jobs_hidden on jobs (id) where hidden = 1;
create index jobs_attention on jobs ((person_since is null), created_at desc, id desc);
create index jobs_person on jobs (id) where person_since is not null;

create table agents (
  id text primary key,
  job_id text not null references jobs on delete cascade,
  name text not null,
  role text not null,
  backend text not null,
  model text,
  status text not null,
  phase text,
  task_id text,
  last_activity text,
  last_activity_at bigint
);
create index agents_job on agents (job_id, id);

create table tasks (
  id text primary key,
  job_id text not null references jobs on delete cascade,
  key text not null,
  kind text not null,
  title text not null,
  description text not null,
  role text not null,
  phase text not null,
  status text not null,
  position integer not null,
  depends_on text not null,
  acceptance text not null,
  checks text not null,
  agent_id text not null references agents on delete cascade,
  tries_from integer not null,
  notes text not null,
  error text,
  cancel_requested_at bigint,
  started_at bigint,
  completed_at bigint
);
create index tasks_job on tasks (job_id, position);
create index tasks_agent on tasks (agent_id);

create table attempts (
  id text primary key,
  job_id text not null references jobs on delete cascade,
  task_id text not null references tasks on delete cascade,
  epoch integer not null,
  number integer not null,
  kind text not null,
  subject_id text references attempts on delete cascade,
  agent_id text not null references agents on delete cascade,
  backend text not null,
  status text not null,
  feedback text not null,
  base_commit text,
  head_commit text,
  changed integer,
  outcome text,
  stop_reason text,
  error text,
  walls text,
  provider text,
  model text,
  input_tokens integer not null default 0,
  output_tokens integer not null default 0,
  cached_tokens integer not null default 0,
  unpriced_tokens integer not null default 0,
  cost_usd double precision,
  created_at bigint not null,
  started_at bigint,
  ended_at bigint
);
create index attempts_job on attempts (job_id, created_at, id);
create index attempts_task on attempts (task_id);
create index attempts_agent on attempts (agent_id);
create index attempts_subject on attempts (subject_id) where subject_id is not null;

-- One row for each piece of long work, which is also its entry in the queue. A worker claims it until `lease_until` and renews
-- that; `lease` grows with each claim, and whatever is written on behalf of the work names it.
create table work (
  id text primary key,
  job_id text not null references jobs on delete cascade,
  epoch integer not null,
  kind text not null,
  task_id text references tasks on delete cascade,
  attempt_id text references attempts on delete cascade,
  queue text not null,
  -- What finishes something is claimed before what begins something.
  finishes integer not null,
  status text not null,
  lease integer not null,
  lease_until bigint,
  worker_id text,
  current_check text,
  outcome text,
  created_at bigint not null,
  started_at bigint,
  ended_at bigint
);
create index work_job on work (job_id, created_at, id);
create index work_queued on work (queue, created_at) where status = 'queued';
create index work_running on work (worker_id) where status = 'running';
create index work_task on work (task_id) where task_id is not null;
create index work_attempt on work (attempt_id) where attempt_id is not null;

create table checks (
  id text primary key,
  job_id text not null references jobs on delete cascade,
  work_id text not null references work on delete cascade,
  task_id text references tasks on delete cascade,
  attempt_id text references attempts on delete cascade,
  round integer not null,
  position integer not null,
  kind text not null,
  origin text not null,
  command text not null,
  verdict text not null,
  not_counted text,
  exit_code integer,
  duration_ms integer not null,
  commit_id text not null,
  log text not null,
  log_truncated integer not null,
  versions text not null,
  walls text not null,
  started_at bigint not null
);
create index checks_job on checks (job_id, started_at, id);
create index checks_work on checks (work_id);

-- What stands against a proof although the checks pass. A finding holds for the commit at which it was seen last; a waiver of
-- it holds for as long as the same is found again.
create table findings (
  id text primary key,
  job_id text not null references jobs on delete cascade,
  rule text not null,
  path text not null,
  detail text not null,
  message text not null,
  commit_id text not null,
  found_at bigint not null,
  waived_because text,
  waived_at bigint,
  unique (job_id, rule, path, detail)
);

create table documents (
  id text primary key,
  job_id text not null references jobs on delete cascade,
  name text not null,
  size integer not null,
  media_type text not null,
  content bytea not null,
  created_at bigint not null
);
create index documents_job on documents (job_id, created_at, id);

create table events (
  job_id text not null references jobs on delete cascade,
  seq integer not null,
  at bigint not null,
  type text not null,
  actor text not null,
  task_id text,
  attempt_id text,
  phase text not null,
  message text not null,
  data text not null,
  primary key (job_id, seq)
);

-- What people say to agents. A message is delivered once: with the attempt whose session or brief it went into.
create table messages (
  id text primary key,
  job_id text not null references jobs on delete cascade,
  agent_id text not null references agents on delete cascade,
  text text not null,
  created_at bigint not null,
  delivered_at bigint,
  attempt_id text references attempts on delete cascade
);
create index messages_job on messages (job_id);
create index messages_waiting on messages (agent_id, id) where delivered_at is null;
create index messages_delivered on messages (attempt_id, id) where attempt_id is not null;

-- What agents ask before they act, and what people said. A request is open while it has no outcome and its attempt runs: the
-- end of an attempt closes its requests, whatever ended it.
create table permissions (
  id text primary key,
  job_id text not null references jobs on delete cascade,
  task_id text not null references tasks on delete cascade,
  attempt_id text not null references attempts on delete cascade,
  agent_id text not null references agents on delete cascade,
  title text not null,
  kind text,
  input text not null,
  options text not null,
  asked_at bigint not null,
  deadline bigint not null,
  outcome text,
  option_id text,
  actor text,
  answered_at bigint
);
create index permissions_job on permissions (job_id, id);
create index permissions_open on permissions (job_id) where outcome is null;

-- What agents ask people in the middle of their work, open for as long as a permission request. An answer reaches its agent as
-- a message.
create table questions (
  id text primary key,
  job_id text not null references jobs on delete cascade,
  task_id text not null references tasks on delete cascade,
  attempt_id text not null references attempts on delete cascade,
  agent_id text not null references agents on delete cascade,
  question text not null,
  choices text not null,
  asked_at bigint not null,
  deadline bigint not null,
  outcome text,
  answer text,
  actor text,
  answered_at bigint
);
create index questions_job on questions (job_id, id);
create index questions_open on questions (job_id) where outcome is null;
create index questions_attempt on questions (attempt_id);

create table workers (
  id text primary key,
  host text not null,
  pid integer not null,
  slots integer not null,
  started_at bigint not null,
  seen_at bigint not null,
  -- Why the worker claims nothing at present, in words; null while it claims.
  hold text
);

create table settings (
  key text primary key,
  value text not null
);

-- Browsers that are logged in. What a browser holds is a random secret; only its hash is here. A session belongs to the token
-- that it was exchanged for, so a new token ends all sessions of the old one.
create table sessions (
  id text primary key,
  secret_hash text not null unique,
  token_hash text not null,
  created_at bigint not null,
  last_seen_at bigint not null,
  user_agent text not null
);

-- Keys are encrypted (src/models/vault.ts); the database alone opens none.
create table secrets (
  name text primary key,
  sealed text not null,
  set_at bigint not null
);

-- `trouble` is why calls fail until a person does something; what passes by itself is known to the gateway alone. `probe` is
-- what the provider answered when it was tried with its key.
create table providers (
  name text primary key,
  position integer not null,
  secret text,
  value text not null,
  trouble text,
  probe text
);

-- The ledger: one row for each call that a provider was sent. Rows are never changed. The sums are stored with the attempts,
-- in the same transaction.
create table model_calls (
  id text primary key,
  job_id text references jobs on delete cascade,
  task_id text,
  attempt_id text,
  role text,
  backend text not null,
  provider text not null,
  wire text not null,
  model text not null,
  status integer,
  outcome text not null,
  input_tokens integer not null,
  cached_tokens integer not null,
  cache_write_tokens integer not null,
  output_tokens integer not null,
  reasoning_tokens integer not null,
  estimated integer not null,
  cost_usd double precision,
  first_byte_ms integer,
  duration_ms integer not null,
  at bigint not null
);
create index model_calls_job on model_calls (job_id, at, id);
