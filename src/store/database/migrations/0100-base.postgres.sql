-- The time of the database in epoch milliseconds: leases of several workers are compared by one clock. On SQLite this function
-- is the process's own (src/store/sqlite.ts).
create function now_ms() returns bigint language sql volatile as $$
  select floor(extract(epoch from clock_timestamp()) * 1000)::bigint
$$;
