-- Its own column, because a claim's keys are long enough to be compressed, and many are counted to take a few.
alter table claim add column size integer generated always as (cardinality(keys)) stored;
