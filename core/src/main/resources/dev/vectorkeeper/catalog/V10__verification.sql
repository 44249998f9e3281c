-- Which vectors are of texts that were cut at the model's limit stands beside them.

-- A reader that holds one of them long makes this fail, not wait in front of every other reader.
set local lock_timeout = '3s';

do $$
declare
  c record;
begin
  for c in select table_schema, table_name from vectorkeeper.collection
           where to_regclass(format('%I.%I', table_schema, table_name)) is not null
  loop
    execute format('alter table %I.%I add column if not exists truncated boolean not null default false',
      c.table_schema, c.table_name);
  end loop;
end $$;

-- What was found when a collection was last verified. What is asked of a cutover is asked of it.
create table verification (
  verification_id bigint generated always as identity primary key,
  collection_id   integer not null references collection on delete cascade,
  passed          boolean not null,
  report          jsonb not null,
  -- The migration that it was made for; what somebody verifies otherwise opens no gate.
  migration_id    bigint,
  at              timestamptz not null default clock_timestamp()
);

reset lock_timeout;
create index verification_collection on verification (collection_id, verification_id);
