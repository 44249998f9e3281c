-- What a provider's answers last said is left of its own quota. Null where they said nothing.
create table profile_quota (
  profile_id        integer primary key references profile on delete cascade,
  as_of             timestamptz not null,
  request_limit     bigint,
  requests_left     bigint,
  requests_reset_at timestamptz,
  token_limit       bigint,
  tokens_left       bigint,
  tokens_reset_at   timestamptz
) with (fillfactor = 10);
