-- A few fixed texts with the vectors that a profile's provider once made of them: if it makes others now, its model changed.

create table canary (
  profile_id integer not null references profile on delete cascade,
  content    text not null,
  embedding  real[] not null,
  made_at    timestamptz not null default now(),
  primary key (profile_id, content)
);

-- When they were compared last, and the lowest cosine then.
alter table profile add column canaries_at timestamptz, add column canaries_cosine double precision;
