package dev.vectorkeeper.queue;

import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.Source;
import org.jdbi.v3.core.Handle;

/** The log that a source's triggers append to, drained into claims. */
public final class ChangeLog {
  /**
   * Changes taken at a time: enough that rows which vacuum has yet to clear are passed over only
   * now and then.
   */
  public static final int DRAIN = 20_000;

  /**
   * Takes logged keys with skip locked, never by a high-water mark, which would miss writers that
   * commit late (postgres-facts 9); coalesces them by key and makes a claim for each live
   * collection and batch. A logged row without a key asks for a sweep.
   */
  private static final String TAKE =
      """
      with taken as (
        delete from {log} where ctid = any (array(select ctid from {log}{order} limit :most for update skip locked))
        returning {key} as key, logged_at
      ), changed as (
        select key, min(logged_at) as oldest from taken where key is not null group by key
      ), batched as (
        select key, oldest, (row_number() over (order by oldest) - 1) / :batch as batch from changed
      ), claimed as (
        insert into vectorkeeper.claim (collection_id, keys, oldest)
        select c.collection_id, array_agg(b.key order by b.oldest), min(b.oldest)
        from batched b cross join vectorkeeper.collection c
        where c.source_id = :source and c.state <> 'retired'
        group by c.collection_id, b.batch
        order by b.batch
      ), swept as (
        update vectorkeeper.source set sweeps_requested = sweeps_requested + 1
        where source_id = :source and exists (select from taken where key is null)
      )
      select count(*) from taken
      """;

  private final Source source;
  private final String take;
  private final String takeOldest;

  public ChangeLog(Source source) {
    this.source = source;
    this.take = take(source, "");
    this.takeOldest = take(source, " order by logged_at");
  }

  private static String take(Source source, String order) {
    return SqlText.of(TAKE)
        .with("log", source.changeLog())
        .with("key", "case when k1 is not null then " + source.keys().text("") + " end")
        .with("order", order)
        .sql();
  }

  /**
   * Turns logged changes into claims.
   *
   * @param batch keys in a claim at most
   * @return how many logged changes were taken, at most {@link #DRAIN}
   */
  public int drain(Handle handle, int batch) {
    return drain(handle, take, batch, DRAIN);
  }

  /** The same with the oldest so many changes, for a run that does no more than that. */
  public int drainOldest(Handle handle, int batch, int most) {
    return drain(handle, takeOldest, batch, most);
  }

  private int drain(Handle handle, String statement, int batch, int most) {
    return handle
        .createQuery(statement)
        .bind("most", most)
        .bind("batch", batch)
        .bind("source", source.id())
        .mapTo(Integer.class)
        .one();
  }
}
