-- Keys are encrypted (src/models/vault.ts); the database alone opens none.
create table secrets (
  name text primary key,
  sealed text not null,
  set_at timestamptz not null
);

-- `trouble` is why calls fail until a person does something; what passes by itself is known to the gateway alone.
create table providers (
  name text primary key,
  position integer generated always as identity,
  value jsonb not null,
  trouble jsonb
);

-- The ledger: one row for each call that a provider was sent. Rows are never changed. The sums lie with the attempts, written in the
-- same transaction, so that lists need not add up calls.
create table model_calls (
  id uuid primary key,
  job_id uuid references jobs on delete cascade,
  task_id uuid,
  attempt_id uuid,
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
  estimated boolean not null,
  cost_usd double precision,
  first_byte_ms integer,
  duration_ms integer not null,
  at timestamptz not null
);
create index model_calls_job on model_calls (job_id, at, id);

alter table attempts add column cached_tokens integer not null default 0;
-- Tokens whose price nobody knows: their cost is not in `cost_usd`.
alter table attempts add column unpriced_tokens integer not null default 0;
alter table attempts add column provider text;
alter table attempts add column model text;
