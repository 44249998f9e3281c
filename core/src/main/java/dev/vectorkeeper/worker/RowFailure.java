package dev.vectorkeeper.worker;

import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.FailureKind.Disposition;
import dev.vectorkeeper.queue.Failures;
import dev.vectorkeeper.queue.Failures.Failed;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;

/**
 * An attempt that failed for one row.
 *
 * @param key the row's key
 * @param failure why
 */
record RowFailure(String key, EmbeddingFailure failure) {

  /**
   * Puts each row where its failure belongs: another attempt, or the dead letters.
   *
   * @param within whether the next attempt is the business of the batch that the rows came with
   * @return whether the batch has such attempts to make
   */
  static boolean record(
      Handle handle,
      Failures failures,
      List<RowFailure> failed,
      Duration retryBase,
      boolean within) {
    List<Failed> again = select(failed, RowFailure::mayGoWell);
    boolean held = false;
    if (!again.isEmpty() && within) {
      held = failures.retryWithin(handle, again);
    } else if (!again.isEmpty()) {
      failures.retry(handle, again, retryBase.toMillis() / 1000.0);
    }
    List<Failed> dead = select(failed, row -> !row.mayGoWell());
    if (!dead.isEmpty()) {
      failures.bury(handle, dead);
    }
    return held;
  }

  /** Whether another attempt may go well. */
  boolean mayGoWell() {
    return failure.kind().disposition() == Disposition.RETRY;
  }

  private static List<Failed> select(List<RowFailure> failed, Predicate<RowFailure> which) {
    return failed.stream()
        .filter(which)
        .map(
            row ->
                new Failed(
                    row.key, row.failure.kind().code(), String.valueOf(row.failure.getMessage())))
        .toList();
  }
}
