-- When a person deleted a job. From then on nobody sees it; its files and rows follow.
alter table jobs add column deleted_at bigint;
create index jobs_deleted on jobs (id) where deleted_at is not null;
