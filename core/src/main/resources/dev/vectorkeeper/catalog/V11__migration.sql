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
