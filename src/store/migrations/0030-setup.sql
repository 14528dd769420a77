-- What is run once before the checks of a job; who named a check, and whether it is one. Who named older ones nobody wrote down.
alter table jobs add column setup jsonb not null default '[]';
alter table checks add column kind text not null default 'check';
alter table checks add column origin text;
