-- A migration may put another column in the place of the one that holds a source's vectors. Each pair of names is exchanged
-- at the cutover and again at a rollback: what has the parked name is of the vectors that are not the active ones.

alter table migration add column swaps boolean not null default false;

create table column_swap (
  source_id   integer primary key references source,
  column_name text not null,
  parked_name text not null
);

-- What depends on the column by itself (views, indexes), and its like on the other column.
create table column_twin (
  source_id   integer not null references column_swap on delete cascade,
  kind        text not null check (kind in ('view', 'materialized view', 'index')),
  schema_name text not null,
  name        text not null,
  parked_name text not null,
  definition  text not null,
  made_at     timestamptz not null default clock_timestamp(),
  primary key (source_id, kind, schema_name, name)
);

-- The user's functions that search the column with a vector: meanwhile they answer from the column that the vector belongs to.
create table column_bridge (
  source_id   integer not null references column_swap on delete cascade,
  schema_name text not null,
  name        text not null,
  arguments   text not null,
  function_oid oid not null,
  definition  text not null,
  copies      text[] not null,
  primary key (source_id, schema_name, name, arguments)
);

-- Takes the server's counts of index scans over, also of whatever vector index the user made on a collection's table or column.
-- The server's statistics may have been reset meanwhile.
create or replace function note_searches() returns void
language sql set search_path = pg_catalog, pg_temp as $$
  update vectorkeeper.collection c
  set searches = n.scans, searched_at = case when n.scans > c.searches then clock_timestamp() else c.searched_at end
  from (
    select k.collection_id, coalesce(sum(u.idx_scan), 0)::bigint as scans
    from vectorkeeper.collection k join vectorkeeper.source s using (source_id)
    join pg_index i on i.indrelid = case when k.vector_column is null
      then to_regclass(format('%I.%I', k.table_schema, k.table_name)) else s.relation end
    join pg_class x on x.oid = i.indexrelid join pg_am m on m.oid = x.relam and m.amname in ('hnsw', 'ivfflat')
    join pg_stat_user_indexes u on u.indexrelid = i.indexrelid
    where k.state <> 'retired' and (k.vector_column is null or exists (
      select from pg_attribute a
      where a.attrelid = i.indrelid and a.attname = k.vector_column and not a.attisdropped
        and (a.attnum = any (i.indkey) or exists (
          select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = i.indexrelid
            and d.refclassid = 'pg_class'::regclass and d.refobjid = i.indrelid and d.refobjsubid = a.attnum))))
    group by 1) n
  where n.collection_id = c.collection_id and n.scans <> c.searches
$$;
-- It tells nothing and changes what any verification or retirement would change.
grant execute on function note_searches to public;
