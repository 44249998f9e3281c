-- The one row that a governed worker writes to, to see how long a small write takes.
create table heartbeat (
  id boolean primary key default true check (id),
  at   timestamptz not null default now()
) with (fillfactor = 10);
insert into heartbeat default values;

-- Why the load governor slows a backfill down, while it does.
alter table backfill add column slowed_why text;
