-- What the team has: devices of two sites report events, and each site sees its own.
create table public.iot_events (
  id         bigint generated always as identity primary key,
  tenant     text not null,
  device     text not null,
  kind       text not null,
  message    text not null,
  created_at timestamptz not null default now()
);

create index iot_events_tenant_idx on public.iot_events (tenant, created_at);

alter table public.iot_events enable row level security;

create policy own_site on public.iot_events
  using (tenant = current_setting('app.tenant', true));
