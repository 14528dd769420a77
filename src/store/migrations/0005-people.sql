-- The gate at which a person stands. `proposed_plan` is what lies on the table, `plan_version` counts proposals and
-- edits, `plan_approved` says that the proposal may be adopted as it is.
alter table jobs add column approve_plan boolean not null default false;
alter table jobs add column proposed_plan jsonb;
alter table jobs add column plan_version integer not null default 0;
alter table jobs add column plan_approved boolean not null default false;
alter table jobs add column plan_notes jsonb not null default '[]';

-- Attempts numbered below `tries_from` no longer count; `notes` is what a person wants the attempts after it to know.
alter table tasks add column tries_from integer not null default 1;
alter table tasks add column notes jsonb not null default '[]';
