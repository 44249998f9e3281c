-- The catalog: everything that Vectorkeeper knows, in a schema of its own. Tables named after a source's number
-- (change_N) and the view source_N are made by "apply", because their key columns are typed as the source's.

create table profile (
  profile_id   integer generated always as identity primary key,
  name         text not null unique,
  provider     text not null,
  model        text not null,
  dimensions   integer not null check (dimensions > 0),
  task         text not null default '',
  shape        jsonb not null,
  fingerprint  text not null,
  paused_code  text,
  paused_why   text,
  paused_at    timestamptz,
  created_at   timestamptz not null default now(),
  check ((paused_code is null) = (paused_at is null))
);

create table source (
  source_id        integer generated always as identity primary key,
  name             text not null unique,
  relation         oid not null,
  table_schema     text not null,
  table_name       text not null,
  key_columns      jsonb not null,
  captured_columns jsonb not null,
  definition       jsonb not null,
  sync             text not null check (sync in ('realtime', 'scheduled', 'manual')),
  all_view         text[] not null,
  active_view      text[] not null,
  sweeps_requested integer not null default 0,
  created_at       timestamptz not null default now()
);

create table collection (
  collection_id integer generated always as identity primary key,
  source_id     integer not null references source,
  profile_id    integer not null references profile,
  table_schema  text not null,
  table_name    text not null,
  index_definition jsonb not null,
  state         text not null check (state in ('building', 'ready', 'retired')),
  sweeps_done   integer not null default 0,
  created_at    timestamptz not null default now(),
  unique (source_id, profile_id)
);

-- The pointer: which collection of a source is active. A cutover is one update of one row.
create table embedding_settings (
  source_id     integer primary key references source,
  collection_id integer not null references collection,
  updated_at    timestamptz not null default now()
);
-- The active views ask for it with their reader's rights; it holds two numbers a row and nothing of the user's.
grant select on embedding_settings to public;

-- A batch of changed keys of one collection; leased while token is set and expires_at lies ahead. Only the primary key
-- is indexed, so that claiming and renewing stay updates in place.
create table claim (
  claim_id      bigint generated always as identity primary key,
  collection_id integer not null,
  keys          text[] not null,
  oldest        timestamptz not null,
  available_at  timestamptz not null default now(),
  token         uuid,
  worker        text,
  expires_at    timestamptz
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Keys that failed and will be tried again.
create table retry (
  collection_id integer not null,
  key           text not null,
  attempts      integer not null,
  due_at        timestamptz not null,
  error_code    text not null,
  error_message text not null,
  primary key (collection_id, key)
);

-- Keys that are not tried again until somebody revives them or their row changes.
create table dead_letter (
  collection_id integer not null,
  key           text not null,
  attempts      integer not null,
  error_code    text not null,
  error_message text not null,
  died_at       timestamptz not null default now(),
  primary key (collection_id, key)
);

-- One pass over all rows of a source for one collection. Ranges are cut from the key order as workers ask for them.
create table backfill (
  backfill_id   bigint generated always as identity primary key,
  collection_id integer not null references collection,
  state         text not null check (state in ('running', 'done', 'cancelled')),
  cut_up_to     text,
  cut_finished  boolean not null default false,
  rows_expected bigint not null,
  rows_done     bigint not null default 0,
  embedded      bigint not null default 0,
  unchanged     bigint not null default 0,
  removed       bigint not null default 0,
  failed        bigint not null default 0,
  truncated     bigint not null default 0,
  tokens        bigint not null default 0,
  requests      bigint not null default 0,
  started_at    timestamptz not null default now(),
  finished_at   timestamptz
);
create unique index backfill_one_running on backfill (collection_id) where state = 'running';

create table backfill_range (
  range_id    bigint generated always as identity primary key,
  backfill_id bigint not null references backfill on delete cascade,
  after_key   text,
  up_to_key   text not null,
  token       uuid not null,
  worker      text not null,
  expires_at  timestamptz not null
) with (fillfactor = 70);

-- What was done for a collection since it was made, by changes and backfills together.
create table collection_total (
  collection_id integer primary key references collection on delete cascade,
  embedded      bigint not null default 0,
  unchanged     bigint not null default 0,
  removed       bigint not null default 0,
  failed        bigint not null default 0,
  truncated     bigint not null default 0,
  tokens        bigint not null default 0,
  requests      bigint not null default 0
) with (fillfactor = 50);

-- Workers with nothing to do. The capture triggers notify only while a row here lies ahead of the clock, because a
-- notification in every writer's transaction would serialise their commits.
create table idle_worker (
  worker     text primary key,
  idle_until timestamptz not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50);
