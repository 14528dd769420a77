-- What stands against a proof although the checks pass. A finding holds for the commit at which it was seen last; a waiver of
-- it holds for as long as the same is found again.
create table findings (
  id uuid primary key,
  job_id uuid not null references jobs on delete cascade,
  rule text not null,
  path text not null,
  detail text not null,
  message text not null,
  commit text not null,
  found_at timestamptz not null,
  waived_because text,
  waived_at timestamptz,
  unique (job_id, rule, path, detail)
);
