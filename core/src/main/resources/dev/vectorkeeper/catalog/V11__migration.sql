-- Changing the model of a source as a migration: a state that only one process at a time moves on, and a journal.

create table migration (
  migration_id    bigint generated always as identity primary key,
  source_id       integer not null references source,
  from_collection integer not null references collection,
  to_profile      text not null,
  to_collection   integer references collection,
  -- Whether the migration makes the new collection, which then goes when it is given up.
  makes           boolean not null,
  state           text not null check (state in ('planned', 'prepared', 'backfilling', 'indexing', 'verifying', 'ready',
                    'cut over', 'rolled back', 'retired', 'aborted')),
  plan            jsonb not null,
  started_by      text not null,
  started_at      timestamptz not null default clock_timestamp(),
  cut_over_at     timestamptz,
  finished_at     timestamptz
);
create unique index migration_one_open on migration (source_id) where state not in ('retired', 'aborted');

create table migration_journal (
  journal_id   bigint generated always as identity primary key,
  migration_id bigint not null references migration on delete cascade,
  state        text not null,
  note         text not null,
  who          text not null,
  at           timestamptz not null default clock_timestamp()
);
create index migration_journal_migration on migration_journal (migration_id, journal_id);

-- How often a collection's vector index was searched, as the server counts it, and when that was last seen to grow.
alter table collection add column searches bigint not null default 0, add column searched_at timestamptz;

-- Takes the server's counts over. Its statistics may have been reset meanwhile.
create function note_searches() returns void
language sql set search_path = pg_catalog, pg_temp as $$
  update vectorkeeper.collection c
  set searches = i.idx_scan, searched_at = case when i.idx_scan > c.searches then clock_timestamp() else c.searched_at end
  from pg_stat_user_indexes i
  where i.schemaname = c.table_schema and i.relname = c.table_name
    and i.indexrelname = left(c.table_name, 46) || '_embedding_idx' and i.idx_scan <> c.searches
$$;
revoke execute on function note_searches from public;
