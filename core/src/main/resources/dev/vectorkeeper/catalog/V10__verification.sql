-- Which vectors are of texts that were cut at the model's limit stands beside them.

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
  at              timestamptz not null default clock_timestamp()
);
create index verification_collection on verification (collection_id, verification_id);
