-- What remote providers need: secrets, limits that hold across all workers, and what was used.

create table secret (
  name       text primary key,
  nonce      bytea not null,
  sealed     bytea not null,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now()
);

-- When the next request, or the next token, of a profile may leave. Workers book stretches of about a second at a time,
-- so that the row is written a few times a second at most, whatever the rate.
create table fleet_limit (
  profile_id integer not null references profile on delete cascade,
  kind       text not null check (kind in ('requests', 'tokens')),
  free_at    timestamptz not null default now(),
  primary key (profile_id, kind)
) with (fillfactor = 10);

-- What was used under a profile, by day.
create table profile_usage (
  profile_id integer not null references profile on delete cascade,
  day        date not null,
  requests   bigint not null default 0,
  retries    bigint not null default 0,
  inputs     bigint not null default 0,
  tokens     bigint not null default 0,
  usd        numeric not null default 0,
  primary key (profile_id, day)
) with (fillfactor = 50);

alter table collection_total add column retries bigint not null default 0, add column inputs bigint not null default 0,
  add column usd numeric not null default 0;
alter table backfill add column retries bigint not null default 0, add column inputs bigint not null default 0,
  add column usd numeric not null default 0;
