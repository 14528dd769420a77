-- Why a worker claims nothing at present, in words; null while it claims.
alter table workers add column hold text;
