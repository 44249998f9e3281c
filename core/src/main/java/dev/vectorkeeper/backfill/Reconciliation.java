package dev.vectorkeeper.backfill;

import java.time.Duration;
import org.jdbi.v3.core.Jdbi;

/**
 * The regular pass over all rows and all vectors, for what triggers cannot see: disabled triggers,
 * restores, partitions that were attached, filters that depend on the time. Rows whose text is
 * unchanged cost a read and no provider call.
 */
public final class Reconciliation {
  private static final String START_DUE =
      """
      with due as (
        select c.collection_id, c.source_id, s.relation
        from vectorkeeper.collection c join vectorkeeper.source s using (source_id)
        where c.state = 'ready' and s.sync = 'realtime'
          and (select max(coalesce(b.finished_at, clock_timestamp())) from vectorkeeper.backfill b
               where b.collection_id = c.collection_id) < clock_timestamp() - make_interval(secs => :seconds)
      ), started as (
        insert into vectorkeeper.backfill (collection_id, state, rows_expected)
        select d.collection_id, 'running', greatest(p.reltuples, 0)::bigint
        from due d join pg_class p on p.oid = d.relation
        on conflict (collection_id) where state = 'running' do nothing
        returning collection_id
      )
      update vectorkeeper.source set sweeps_requested = sweeps_requested + 1
      where source_id in (select source_id from due join started using (collection_id))
      """;

  private static final String FORGET_RETIRED =
      """
      delete from vectorkeeper.claim where collection_id in (
        select collection_id from vectorkeeper.collection where state = 'retired')
      """;

  private final Jdbi jdbi;

  public Reconciliation(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /** Starts a pass over each realtime collection whose last one ended longer ago than this. */
  public void startDue(Duration every) {
    jdbi.useHandle(
        handle ->
            handle.createUpdate(START_DUE).bind("seconds", every.toMillis() / 1000.0).execute());
  }

  /** Drops what a drain that was under way still put down for collections that were retired. */
  public void forgetRetired() {
    jdbi.useHandle(handle -> handle.execute(FORGET_RETIRED));
  }

  /** Takes over how often the collections' indexes were searched, as the server counts it. */
  public void noteSearches() {
    jdbi.useHandle(handle -> handle.execute("select vectorkeeper.note_searches()"));
  }
}
