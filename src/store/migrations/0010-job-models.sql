-- The models that a person chose: for every role, and for some of them.
alter table jobs add column model text;
alter table jobs add column models jsonb not null default '{}';
