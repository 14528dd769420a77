-- What a worker holds, and what is open at all: both are looked for every few seconds, among all work that has ended.
create index work_held on work (worker_id) where status in ('queued', 'running');
create index work_open on work (status, lease_until) where status in ('queued', 'running');
