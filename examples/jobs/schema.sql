-- The job board as it was before Vectorkeeper. Its hand-made queue, triggers and functions are gone: the file beside this one
-- stands for them.
create extension if not exists vector;

create table public.jobs (
  id          bigint generated always as identity primary key,
  reference   text not null unique,
  title       text not null,
  description text not null,
  is_active   boolean not null default true,
  views       integer not null default 0,
  created_at  timestamptz not null default now(),
  embedding   vector(1536)
);
