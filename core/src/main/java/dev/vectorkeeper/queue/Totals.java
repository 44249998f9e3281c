package dev.vectorkeeper.queue;

import org.jdbi.v3.core.Handle;

/** What was done for one collection since it was made. */
public final class Totals {
  private static final String ADD =
      """
      insert into vectorkeeper.collection_total as t
        (collection_id, embedded, unchanged, removed, failed, truncated, tokens, requests)
      values (:collection, :embedded, :unchanged, :removed, :failed, :truncated, :tokens, :requests)
      on conflict (collection_id) do update
      set embedded = t.embedded + excluded.embedded, unchanged = t.unchanged + excluded.unchanged,
          removed = t.removed + excluded.removed, failed = t.failed + excluded.failed,
          truncated = t.truncated + excluded.truncated, tokens = t.tokens + excluded.tokens,
          requests = t.requests + excluded.requests
      """;

  private final int collection;

  /** The totals of the collection of this number. */
  public Totals(int collection) {
    this.collection = collection;
  }

  /** Adds what one pass did. */
  public void add(Handle handle, BatchResult result) {
    handle.createUpdate(ADD).bind("collection", collection).bindMethods(result).execute();
  }
}
