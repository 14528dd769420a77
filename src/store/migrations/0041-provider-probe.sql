-- What a provider answered when it was tried with its key; null while it has not been tried.
alter table providers add column probe jsonb;
