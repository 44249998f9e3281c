-- What somebody may ask of a backfill, kept with it so that every worker of the fleet heeds it.

alter table backfill drop constraint backfill_state_check,
  add constraint backfill_state_check check (state in ('running', 'paused', 'done', 'cancelled')),
  add column paused_why      text,
  -- A condition of the user's over the source's columns.
  add column only_where      text,
  -- How many rows that need a vector are taken at most, and how many were.
  add column rows_limit      bigint,
  add column rows_cut        bigint not null default 0,
  add column rows_per_second double precision,
  add column next_cut_at     timestamptz not null default now(),
  -- Money is set aside before a request is sent: spent and reserved together never pass the budget.
  add column budget_usd      numeric,
  add column reserved_usd    numeric not null default 0,
  add column spent_usd       numeric not null default 0;

drop index backfill_one_running;
create unique index backfill_one_running on backfill (collection_id) where state in ('running', 'paused');

-- Rows among the embedded ones that took the vector of an equal text instead of a call.
alter table backfill add column reused bigint not null default 0;
alter table collection_total add column reused bigint not null default 0;
