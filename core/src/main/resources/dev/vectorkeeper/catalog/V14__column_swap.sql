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
