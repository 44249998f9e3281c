-- Vectors made from others: of an entity from those of the items that it is linked to. Each has a log of changed
-- entities, derived_change_N, and a table for each collection of its source.

create table derived (
  derived_id   integer generated always as identity primary key,
  name         text not null unique,
  source_id    integer not null references source,
  links        oid not null,
  definition   jsonb not null,
  entity_type  text not null,
  all_view     text[] not null,
  active_view  text[] not null,
  created_at   timestamptz not null default now()
);

create table derived_collection (
  derived_id    integer not null references derived on delete cascade,
  collection_id integer not null references collection,
  table_schema  text not null,
  table_name    text not null,
  primary key (derived_id, collection_id)
);
