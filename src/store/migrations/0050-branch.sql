-- The branch of a job: the default branch of its source, and main where there is none.
alter table jobs add column branch text not null default 'main';
