package dev.vectorkeeper.worker;

import dev.vectorkeeper.backfill.Sweep;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.queue.BatchResult;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Runs the sweeps that a collection is asked for: after a truncate, and at the end of a
 * reconciliation.
 */
final class SweepWork {
  private static final String REQUESTED =
      """
      select s.sweeps_requested from vectorkeeper.source s join vectorkeeper.collection c using (source_id)
      where c.collection_id = :collection and c.sweeps_done < s.sweeps_requested
      """;

  private static final String DONE =
      "update vectorkeeper.collection set sweeps_done = :done where collection_id = :collection and sweeps_done < :done";

  private final Database database;
  private final Collection collection;
  private final EmbeddingPath path;
  private final Sweep sweep;

  SweepWork(Database database, Collection collection, EmbeddingPath path) {
    this.database = database;
    this.collection = collection;
    this.path = path;
    this.sweep = new Sweep(collection);
  }

  /** Sweeps if that was asked for since the last one; one process at a time does. */
  BatchResult runIfRequested() {
    try (Handle handle = database.jdbi().open()) {
      Optional<Integer> requested = requested(handle);
      if (requested.isEmpty() || !lock(handle, "pg_try_advisory_lock")) {
        return BatchResult.NONE;
      }
      try {
        return requested(handle).map(this::run).orElse(BatchResult.NONE);
      } finally {
        lock(handle, "pg_advisory_unlock");
      }
    }
  }

  private Optional<Integer> requested(Handle handle) {
    return handle
        .createQuery(REQUESTED)
        .bind("collection", collection.id())
        .mapTo(Integer.class)
        .findOne();
  }

  private boolean lock(Handle handle, String function) {
    return handle
        .createQuery("select " + function + "(:lock)")
        .bind("lock", 0x766c_0000_0000L + collection.id())
        .mapTo(Boolean.class)
        .one();
  }

  private BatchResult run(int requested) {
    BatchResult sum = BatchResult.NONE;
    Sweep.Page page = page(null);
    while (page.end() != null) {
      if (!page.orphans().isEmpty()) {
        sum = sum.plus(path.run(new Sweep.SweepBatch(page.orphans())).result());
      }
      page = page(page.end());
    }
    database
        .jdbi()
        .useHandle(
            handle ->
                handle
                    .createUpdate(DONE)
                    .bind("done", requested)
                    .bind("collection", collection.id())
                    .execute());
    return sum;
  }

  private Sweep.Page page(@Nullable String after) {
    return database.jdbi().withHandle(handle -> sweep.page(handle, after));
  }
}
