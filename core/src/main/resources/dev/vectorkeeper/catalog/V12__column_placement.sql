-- A collection's vectors may be in a column of the user's own table; its table_name is then a view that reads so.

alter table collection add column vector_column text;

-- Counts a collection exactly: rows with a text, those of them that have a vector, and dead letters that have none.
create or replace function count_collection(counted integer, out eligible bigint, out embedded bigint, out dead bigint)
language plpgsql set search_path = pg_catalog, pg_temp set row_security = off as $$
declare
  c vectorkeeper.collection;
  s vectorkeeper.source;
  same text;
  key_text text;
begin
  select * into strict c from vectorkeeper.collection where collection_id = counted;
  select * into strict s from vectorkeeper.source where source_id = c.source_id;
  select string_agg(format('c.%I = s.k%s', k.col->>'target', k.ord), ' and '),
         case when count(*) = 1 then 's.k1::text'
              else 'jsonb_build_array(' || string_agg(format('s.k%s::text', k.ord), ', ' order by k.ord) || ')::text' end
  into same, key_text
  from jsonb_array_elements(s.key_columns) with ordinality k(col, ord);
  execute format(
    'select count(*), count(c.embedding), count(*) filter (where c.embedding is null and d.key is not null)
     from vectorkeeper.source_%s s left join %I.%I c on %s%s
     left join vectorkeeper.dead_letter d on d.collection_id = %s and d.key = %s
     where s.content_hash is not null',
    s.source_id, c.table_schema, c.table_name, same,
    case when s.definition->'chunking' is null then '' else ' and c.chunk = 0' end, counted, key_text)
  into eligible, embedded, dead;
end $$;

