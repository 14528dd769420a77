-- The place of a job in the queue: a greater number is claimed first, 0 is normal.
alter table jobs add column priority integer not null default 0;
