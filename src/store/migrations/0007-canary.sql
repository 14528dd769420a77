-- Jobs that the server makes to prove itself: no list, count or stream shows them.
alter table jobs add column hidden boolean not null default false;
create index jobs_hidden on jobs (id) where hidden;
