package dev.vectorkeeper.backfill;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.DataFault;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.queue.BatchResult;
import dev.vectorkeeper.queue.KeyBatch;
import dev.vectorkeeper.source.RowKeys;
import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.result.ResultIterable;
import org.jspecify.annotations.Nullable;

/**
 * A pass over a collection's own table for vectors whose row is gone, filtered out or blank, page
 * by page in key order. It follows a truncate, which names no keys, and finds what triggers could
 * not see.
 */
public final class Sweep {
  private static final String ORPHANS =
      """
      select {key} as key
      from (select {pageKeys} from {table} c {where} group by {targets} order by {targets} limit :page) c
      left join {source} s on true
      where s.content_hash is null
      """;

  /** For a page with a row on which the filter fails: each key is looked at, that one too. */
  private static final String ALL =
      """
      select {key} as key
      from (select {pageKeys} from {table} c {where} group by {targets} order by {targets} limit :page) c
      order by {order}
      """;

  private static final String LAST =
      """
      select {key} as key
      from (select {pageKeys} from {table} c {where} group by {targets} order by {targets} limit :page) c
      order by {order} desc limit 1
      """;

  private static final int PAGE = 2_000;

  private final Collection collection;
  private final RowKeys keys;

  public Sweep(Collection collection) {
    this.collection = collection;
    this.keys = collection.source().keys();
  }

  /**
   * The next page after a key: the orphans in it and where it ends; the end is null after the last
   * page.
   */
  public record Page(List<String> orphans, @Nullable String end) {}

  /** Looks at one page of the collection's table. */
  public Page page(Handle handle, @Nullable String after) {
    String end = query(handle, LAST, after).findOne().orElse(null);
    if (end == null) {
      return new Page(List.of(), null);
    }
    try {
      return new Page(query(handle, ORPHANS, after).list(), end);
    } catch (JdbiException e) {
      if (DataFault.of(e).isEmpty()) {
        throw e;
      }
      return new Page(query(handle, ALL, after).list(), end);
    }
  }

  private ResultIterable<String> query(Handle handle, String template, @Nullable String after) {
    String where = after == null ? "" : "where " + keys.targetCompare("c", ">", "after");
    SqlText text =
        SqlText.of(template)
            .with("key", keys.text("c"))
            .with("pageKeys", keys.named("c"))
            .with("table", collection.table())
            .with("where", where)
            .with("targets", keys.targets("c"));
    String sql =
        template.equals(ORPHANS)
            ? text.with("source", keys.looked(collection.source().content(), "c")).sql()
            : text.with("order", keys.join(" desc, ", i -> "c.k" + i)).sql();
    var query = handle.createQuery(sql).bind("page", PAGE);
    if (after != null) {
      keys.bindOne(query, "after", after);
    }
    return query.mapTo(String.class);
  }

  /**
   * Orphans as a batch for the embedding path; nobody else can hold it, and losing it costs
   * nothing.
   */
  public record SweepBatch(List<String> keys) implements KeyBatch {
    @Override
    public boolean isHeld(Handle handle) {
      return true;
    }

    @Override
    public void complete(Handle handle, BatchResult result) {}

    @Override
    public void release(Handle handle, Duration delay) {}

    @Override
    public void renew(Handle handle, Duration lease) {}
  }
}
