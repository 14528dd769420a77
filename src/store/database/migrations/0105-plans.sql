-- The plans of a job, apart from its row: the row is read and written at every step, and a plan can be a megabyte.
create table plans (
  job_id text primary key references jobs on delete cascade,
  proposed text,
  adopted text
);
insert into plans (job_id, proposed, adopted)
select id, proposed_plan, plan from jobs where proposed_plan is not null or plan is not null;
update jobs set proposed_plan = null, plan = null;
-- What the rules read at every step: the work of the job as a whole, and what has not ended.
create index work_current on work (job_id) where task_id is null or status in ('queued', 'running');
