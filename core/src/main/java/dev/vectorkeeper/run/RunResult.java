package dev.vectorkeeper.run;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.queue.BatchResult;
import dev.vectorkeeper.status.CollectionStatus;
import dev.vectorkeeper.status.Status;
import java.util.List;
import java.util.Locale;

/**
 * What a run answers, on the command line and over HTTP alike.
 *
 * @param processed rows that were looked at
 * @param embedded rows whose vector was stored
 * @param reused rows among them that took the vector of an equal text, without a call
 * @param skipped rows that needed nothing
 * @param removed rows whose vector was removed
 * @param failed rows whose attempt failed
 * @param truncated rows whose text was cut at the model's limit
 * @param remaining rows that still wait; of a backfill also those that have no vector yet
 * @param durationMs how long it took in milliseconds
 * @param sampleIds the keys of a few rows that were embedded
 */
public record RunResult(
    int processed,
    int embedded,
    int reused,
    int skipped,
    int removed,
    int failed,
    int truncated,
    long remaining,
    long durationMs,
    List<String> sampleIds) {

  /**
   * The answer of a run.
   *
   * @param startedNanos when it began, by {@link System#nanoTime()}
   */
  public static RunResult of(
      BatchResult result, Database database, List<Collection> collections, long startedNanos) {
    Status status = new Status(database);
    return of(
        result,
        collections.stream().map(status::queue).mapToLong(CollectionStatus.Queue::waiting).sum(),
        startedNanos);
  }

  /** The answer of a backfill, for which rows remain as long as they have no vector. */
  public static RunResult ofBackfill(
      BatchResult result, Database database, List<Collection> collections, long startedNanos) {
    Status status = new Status(database);
    return of(
        result,
        collections.stream().map(status::of).mapToLong(RunResult::unfinished).sum(),
        startedNanos);
  }

  /** A row that is new both waits in the queue and lacks its vector. */
  private static long unfinished(CollectionStatus status) {
    CollectionStatus.Rows rows = status.rows();
    return Math.max(
        status.queue().waiting(), rows.eligible() - rows.embedded() - status.queue().dead());
  }

  private static RunResult of(BatchResult result, long remaining, long startedNanos) {
    return new RunResult(
        result.processed(),
        result.embedded(),
        result.reused(),
        result.unchanged(),
        result.removed(),
        result.failed(),
        result.truncated(),
        remaining,
        (System.nanoTime() - startedNanos) / 1_000_000,
        result.samples());
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%,d rows in %.1f s: %,d embedded (%,d of them from an equal text), %,d skipped, %,d removed, %,d failed, %,d truncated; %,d remain.",
        processed,
        durationMs / 1000.0,
        embedded,
        reused,
        skipped,
        removed,
        failed,
        truncated,
        remaining);
  }
}
