-- Who may call the server. Of a token only its SHA-256 is kept: it is 256 random bits, so nothing slower is needed.
create table token (
  token_id   integer generated always as identity primary key,
  name       text not null unique,
  sha256     bytea not null unique check (octet_length(sha256) = 32),
  scopes     text[] not null check (scopes <@ array['read', 'search', 'operate'] and cardinality(scopes) > 0),
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  used_at    timestamptz
);

create table schedule (
  name       text primary key,
  cron       text not null,
  time_zone  text not null,
  request    jsonb not null,
  overlap    text not null check (overlap in ('skip', 'wait')),
  missed     text not null check (missed in ('run', 'skip')),
  enabled    boolean not null,
  created_at timestamptz not null default now()
);

-- Each run of a schedule; due_at is the tick that it stands for, and is run once in the whole fleet.
create table schedule_run (
  run_id        bigint generated always as identity primary key,
  schedule      text not null references schedule on delete cascade,
  due_at        timestamptz not null,
  by_hand       boolean not null default false,
  server        text not null,
  started_at    timestamptz not null default clock_timestamp(),
  finished_at   timestamptz,
  outcome       text not null default 'running' check (outcome in ('running', 'done', 'failed', 'skipped', 'lost')),
  result        jsonb,
  error_code    text,
  error_message text
);
create unique index schedule_run_once on schedule_run (schedule, due_at) where not by_hand;
create index schedule_run_newest on schedule_run (schedule, run_id desc);

-- The next time of each enabled schedule, in the form that the library db-scheduler keeps.
create table scheduled_tasks (
  task_name            text not null,
  task_instance        text not null,
  task_data            bytea,
  execution_time       timestamptz not null,
  picked               boolean not null,
  picked_by            text,
  last_success         timestamptz,
  last_failure         timestamptz,
  consecutive_failures integer,
  last_heartbeat       timestamptz,
  version              bigint not null,
  priority             smallint,
  primary key (task_name, task_instance)
) with (fillfactor = 50);
create index scheduled_tasks_due on scheduled_tasks (execution_time);
create index scheduled_tasks_heartbeat on scheduled_tasks (last_heartbeat);

-- Signatures of calls that were taken, until they would be too old anyway: none is taken twice in the whole fleet.
create table used_signature (
  mac   bytea primary key,
  until timestamptz not null
);
