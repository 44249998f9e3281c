-- What was done for each collection over time, by the minute for two days and by the hour for a year. Workers add to it when
-- they complete a batch, in the transaction that adds to the collection's total and after it, so that they take locks in one order.
create table activity (
  collection_id integer not null references collection on delete cascade,
  step          text not null check (step in ('minute', 'hour')),
  at            timestamptz not null,
  embedded      bigint not null default 0,
  reused        bigint not null default 0,
  unchanged     bigint not null default 0,
  removed       bigint not null default 0,
  failed        bigint not null default 0,
  requests      bigint not null default 0,
  tokens        bigint not null default 0,
  usd           numeric not null default 0,
  -- Batches of which a provider did not answer, which is no row's fault.
  troubles      bigint not null default 0,
  -- How many vectors were stored so long after the change of their row, and how many batches took so long to embed: at
  -- place k those of at most 2^(k - 7) seconds that are in no place before.
  freshness     bigint[] not null,
  latency       bigint[] not null,
  primary key (collection_id, step, at)
) with (fillfactor = 50);

-- What last kept a profile's provider from answering.
alter table profile add column trouble_code text, add column trouble_why text, add column trouble_at timestamptz;
