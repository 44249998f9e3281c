-- The team's shop as it was before Vectorkeeper: what is embedded stands in one column, its vector in another.
create extension if not exists vector;

create table products (
  product_id_internal bigint generated always as identity primary key,
  name text not null,
  category text not null,
  description text not null,
  price_cents integer not null check (price_cents > 0),
  -- Null while a product is a draft.
  embedding_text text,
  embedding vector(1536)
);
