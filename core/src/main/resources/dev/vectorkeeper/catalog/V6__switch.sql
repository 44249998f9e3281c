-- Switching: which collection of a source is active, checked, journalled and done in the caller's transaction.

alter table source add column min_coverage numeric not null default 100 check (min_coverage between 0 and 100),
  add column match_function text[];

-- Every switch. from_collection is null where nothing was active before; the counts are null where a row's filter or
-- text fails, so that nothing could be counted, and the switch was forced.
create table switch_journal (
  switch_id       bigint generated always as identity primary key,
  source_id       integer not null references source,
  from_collection integer references collection,
  to_collection   integer not null references collection,
  eligible        bigint,
  embedded        bigint,
  dead            bigint,
  min_coverage    numeric not null,
  forced          boolean not null,
  who             text not null,
  at              timestamptz not null default clock_timestamp()
);
create index switch_journal_source on switch_journal (source_id, switch_id);

-- Share in percent of the rows that can have a vector and are no dead letters; cut, so that 100 means all.
create function coverage_percent(eligible bigint, embedded bigint, dead bigint) returns numeric
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case when eligible - dead <= 0 then 100 else trunc(100.0 * embedded / (eligible - dead), 3) end
$$;

-- Counts a collection exactly: rows with a text, those of them that have a vector, and dead letters that have none.
create function count_collection(counted integer, out eligible bigint, out embedded bigint, out dead bigint)
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
    'select count(*), count(c.ctid), count(*) filter (where c.ctid is null and d.key is not null)
     from vectorkeeper.source_%s s left join %I.%I c on %s%s
     left join vectorkeeper.dead_letter d on d.collection_id = %s and d.key = %s
     where s.content_hash is not null',
    s.source_id, c.table_schema, c.table_name, same,
    case when s.definition->'chunking' is null then '' else ' and c.chunk = 0' end, counted, key_text)
  into eligible, embedded, dead;
end $$;

-- Makes a collection its source's active one. Null for the least coverage means what the source asks for.
create function switch_collection(target integer, least_coverage numeric, forced boolean,
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
  begin
    select * into counts from vectorkeeper.count_collection(target);
  exception when data_exception then
    if not coalesce(forced, false) then
      raise exception using errcode = 'VKT04',
        message = format('VK-T04 The rows of %s cannot be counted, because its filter or text fails on one of them: %s.',
          s.name, sqlerrm),
        hint = 'Mend the row or the filter, or force the switch.';
    end if;
    select null::bigint as eligible, null::bigint as embedded, null::bigint as dead into counts;
  end;
  asked := coalesce(least_coverage, s.min_coverage);
  coverage := vectorkeeper.coverage_percent(counts.eligible, counts.embedded, counts.dead);
  if coverage < asked and not coalesce(forced, false) then
    raise exception using errcode = 'VKT02',
      message = format('VK-T02 The collection %s/%s has vectors for %s of %s rows (%s %%) and %s are asked for.', s.name,
        (select name from vectorkeeper.profile where profile_id = c.profile_id),
        counts.embedded, counts.eligible - counts.dead, round(coverage, 1), asked || ' %'),
      hint = 'Wait until its backfill is done, ask for less coverage, or force the switch.';
  end if;
  select e.collection_id into before from vectorkeeper.embedding_settings e where e.source_id = s.source_id for update;
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
          coalesce(coverage < asked, true), session_user);
end $$;

-- Makes the collections of a profile active: of one source, or of every source that has one; all of them or none.
-- Whoever may execute it needs no other right.
create function set_active_embedding_profile(
  provider text, model text, dimensions integer, task text default null, source text default null,
  min_coverage numeric default null, force boolean default false)
returns table (switched_source text, from_profile text, to_profile text, coverage numeric)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  found record;
  known text;
begin
  select string_agg(format('%s: %s, %s, %s, ''%s'' (%s)', s.name, p.provider, p.model, p.dimensions, p.task, p.name), '; '
                    order by s.source_id, c.collection_id)
  into known
  from vectorkeeper.collection c join vectorkeeper.source s using (source_id) join vectorkeeper.profile p using (profile_id)
  where c.state <> 'retired';
  for found in
    select s.source_id, s.name, min(c.collection_id) as collection_id, min(p.name) as profile, count(*) as candidates
    from vectorkeeper.collection c join vectorkeeper.source s using (source_id) join vectorkeeper.profile p using (profile_id)
    where c.state <> 'retired' and p.provider = set_active_embedding_profile.provider
      and p.model = set_active_embedding_profile.model and p.dimensions = set_active_embedding_profile.dimensions
      and (set_active_embedding_profile.task is null or p.task = set_active_embedding_profile.task)
      and (set_active_embedding_profile.source is null or s.name = set_active_embedding_profile.source)
    group by s.source_id, s.name order by s.source_id
  loop
    if found.candidates > 1 then
      raise exception using errcode = 'VKT01',
        message = format('VK-T01 More than one collection of %s fits that profile; name its task. There are %s.', found.name, known);
    end if;
    select w.from_profile, w.coverage into from_profile, coverage
    from vectorkeeper.switch_collection(found.collection_id, min_coverage, force) w;
    switched_source := found.name;
    to_profile := found.profile;
    return next;
  end loop;
  if switched_source is null then
    raise exception using errcode = 'VKT01',
      message = format('VK-T01 No collection has the profile %s, %s, %s, ''%s''%s. There are %s.', provider, model, dimensions,
        task, coalesce(' of the source ' || source, ''), coalesce(known, 'none'));
  end if;
end $$;
-- Makes a source's collection under a profile active, by their names. No profile means the one before the present one.
create function switch_source(source_name text, profile_name text, least_coverage numeric, forced boolean,
                              out from_profile text, out to_profile text, out coverage numeric)
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  target integer;
begin
  if profile_name is null then
    select j.from_collection into target
    from vectorkeeper.switch_journal j join vectorkeeper.source s using (source_id)
    where s.name = source_name order by j.switch_id desc limit 1;
    if target is null then
      raise exception using errcode = 'VKT05', message = format('VK-T05 There is no switch of %s to undo.', source_name);
    end if;
  else
    select c.collection_id into target
    from vectorkeeper.collection c join vectorkeeper.source s using (source_id) join vectorkeeper.profile p using (profile_id)
    where s.name = source_name and p.name = profile_name and c.state <> 'retired';
    if target is null then
      raise exception using errcode = 'VKT01',
        message = format('VK-T01 The source %s has no collection under a profile %s. It has %s.', source_name, profile_name,
          (select coalesce(string_agg(p.name, ', ' order by c.collection_id), 'none')
           from vectorkeeper.collection c join vectorkeeper.source s using (source_id) join vectorkeeper.profile p using (profile_id)
           where s.name = source_name and c.state <> 'retired'));
    end if;
  end if;
  select w.from_profile, w.coverage into from_profile, coverage
  from vectorkeeper.switch_collection(target, least_coverage, forced) w;
  select p.name into to_profile
  from vectorkeeper.collection c join vectorkeeper.profile p using (profile_id) where c.collection_id = target;
end $$;

revoke execute on function set_active_embedding_profile from public;
revoke execute on function switch_source from public;
revoke execute on function switch_collection from public;
revoke execute on function count_collection from public;

-- What the user's embedding_settings is a view over: the first source has number 1.
create view active_profile as
select row_number() over (order by s.source_id)::integer as id, s.name as source, p.name as profile, p.provider, p.model,
       p.dimensions, p.task, e.collection_id, e.updated_at
from vectorkeeper.source s join vectorkeeper.embedding_settings e using (source_id)
join vectorkeeper.collection c using (collection_id) join vectorkeeper.profile p using (profile_id);

-- An update of the user's embedding_settings is a switch.
create function settings_updated() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if (new.id, new.source) is distinct from (old.id, old.source) then
    raise exception using errcode = 'VKT01', message = 'VK-T01 Only the profile of embedding_settings can be updated.';
  end if;
  if new.profile is distinct from old.profile then
    perform vectorkeeper.switch_source(old.source, new.profile, null, false);
  elsif (new.provider, new.model, new.dimensions, new.task) is distinct from (old.provider, old.model, old.dimensions, old.task)
  then
    perform vectorkeeper.set_active_embedding_profile(new.provider, new.model, new.dimensions, new.task, old.source);
  end if;
  select a.profile, a.updated_at into new.profile, new.updated_at from vectorkeeper.active_profile a where a.source = old.source;
  return new;
end $$;
