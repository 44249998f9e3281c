package dev.vectorkeeper.queue;

import dev.vectorkeeper.provider.Budget;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Keys that a worker holds for one pass through the embedding path: a claim of the queue, a range
 * of a backfill, or a page of a sweep.
 */
public interface KeyBatch {
  /** The keys in their text form, each once. */
  List<String> keys();

  /** Whether this worker still holds the batch; if so, it is held until the transaction ends. */
  boolean isHeld(Handle handle);

  /** Ends the batch: every key is done or its failure is recorded. */
  void complete(Handle handle, BatchResult result);

  /** Gives the batch back to be taken again after a delay. */
  void release(Handle handle, Duration delay);

  /** The same after a part of it was done. */
  default void release(Handle handle, BatchResult done, Duration delay) {
    release(handle, delay);
  }

  /** When the oldest of its changes was logged, where it is of changes. */
  default Optional<Instant> since() {
    return Optional.empty();
  }

  /** Whether it is of a backfill, before which every live change goes. */
  default boolean isBackfill() {
    return false;
  }

  /** What embedding the batch may cost. */
  default Budget budget() {
    return Budget.UNLIMITED;
  }

  /**
   * Whether what embedding costs is limited, so that nothing of the batch may be left to others.
   */
  default boolean isBudgeted() {
    return budget() != Budget.UNLIMITED;
  }

  /** Puts off the end of the lease. */
  void renew(Handle handle, Duration lease);
}
