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

-- Makes a collection its source's active one. Null for the least coverage means what the source asks for.
create or replace function switch_collection(target integer, least_coverage numeric, forced boolean,
                                  out from_profile text, out coverage numeric)
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  c vectorkeeper.collection;
  s vectorkeeper.source;
  counts record;
  asked numeric;
  before integer;
begin
  select * into strict c from vectorkeeper.collection where collection_id = target;
  select * into strict s from vectorkeeper.source where source_id = c.source_id;
  if c.state = 'retired' then
    raise exception using errcode = 'VKT03',
      message = format('VK-T03 The collection %s/%s is retired; its vectors are no longer kept in step.', s.name,
        (select name from vectorkeeper.profile where profile_id = c.profile_id));
  end if;
  asked := coalesce(least_coverage, s.min_coverage);
  begin
    -- Where nothing is asked, nothing is counted: a way back must not take the time of a whole table.
    if asked > 0 then
      select * into counts from vectorkeeper.count_collection(target);
    else
      select null::bigint as eligible, null::bigint as embedded, null::bigint as dead into counts;
    end if;
  exception when data_exception then
    if not coalesce(forced, false) then
      raise exception using errcode = 'VKT04',
        message = format('VK-T04 The rows of %s cannot be counted, because its filter or text fails on one of them: %s.',
          s.name, sqlerrm),
        hint = 'Mend the row or the filter, or force the switch.';
    end if;
    select null::bigint as eligible, null::bigint as embedded, null::bigint as dead into counts;
  end;
  coverage := vectorkeeper.coverage_percent(counts.eligible, counts.embedded, counts.dead);
  if coverage < asked and not coalesce(forced, false) then
    raise exception using errcode = 'VKT02',
      message = format('VK-T02 The collection %s/%s has vectors for %s of %s rows (%s %%) and %s are asked for.', s.name,
        (select name from vectorkeeper.profile where profile_id = c.profile_id),
        counts.embedded, counts.eligible - counts.dead, round(coverage, 1), asked || ' %'),
      hint = 'Wait until its backfill is done, ask for less coverage, or force the switch.';
  end if;
  select e.collection_id into before from vectorkeeper.embedding_settings e where e.source_id = s.source_id for update;
  -- It may have been retired while this waited.
  select * into strict c from vectorkeeper.collection where collection_id = target;
  if c.state = 'retired' then
    raise exception using errcode = 'VKT03',
      message = format('VK-T03 The collection %s/%s was retired meanwhile.', s.name,
        (select name from vectorkeeper.profile where profile_id = c.profile_id));
  end if;
  select p.name into from_profile
  from vectorkeeper.collection f join vectorkeeper.profile p using (profile_id) where f.collection_id = before;
  if before is not distinct from target then
    return;
  end if;
  insert into vectorkeeper.embedding_settings as e (source_id, collection_id) values (s.source_id, target)
  on conflict (source_id) do update set collection_id = excluded.collection_id, updated_at = clock_timestamp();
  insert into vectorkeeper.switch_journal
    (source_id, from_collection, to_collection, eligible, embedded, dead, min_coverage, forced, who)
  values (s.source_id, before, target, counts.eligible, counts.embedded, counts.dead, asked,
          coalesce(coverage < asked, asked > 0), session_user);
end $$;
