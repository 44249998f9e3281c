-- What the capture triggers call, rarely: with the rights of the role that owns them, in a pinned search path.

-- Notifies idle workers; gives the time. A transaction that has notified cannot be prepared, so where two-phase commit
-- is in use nobody notifies.
create function wake(source integer) returns timestamptz
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if current_setting('max_prepared_transactions') = '0' then
    perform pg_notify('vectorkeeper', source::text);
  end if;
  return clock_timestamp();
end $$;

-- The present names of a source's key columns, of which one was renamed: found by their numbers; in a table that was
-- restored from a dump, where all numbers differ, by name and type; null where one is gone.
create function names_now(relation oid, declared_relation oid, positions int2[], declared name[], types text[])
returns name[] language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  names name[];
begin
  select array_agg(a.attname order by p.ord) into names
  from unnest(positions) with ordinality p(num, ord)
  join pg_attribute a on a.attrelid = declared_relation and a.attnum = p.num and not a.attisdropped
  where declared_relation in (relation, pg_partition_root(relation)::oid);
  if names is null then
    select array_agg(a.attname order by d.ord) into names
    from unnest(declared, types) with ordinality d(name, type, ord)
    join pg_attribute a on a.attrelid = relation and a.attname = d.name and not a.attisdropped
      and format_type(a.atttypid, a.atttypmod) = d.type;
  end if;
  return case when cardinality(names) = cardinality(declared) then names end;
end $$;

-- Read by every captured statement, so that it has no index that would have to be locked, too.
alter table idle_worker drop constraint idle_worker_pkey;
