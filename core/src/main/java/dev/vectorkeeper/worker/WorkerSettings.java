package dev.vectorkeeper.worker;

import dev.vectorkeeper.postgres.LoadLimits;
import java.time.Duration;

/**
 * How a worker works.
 *
 * @param batch keys in a claim or range
 * @param lease how long a claim or range is held before another worker may take it; renewed while
 *     at work
 * @param busyPoll how often the change logs are looked at while changes come
 * @param idlePoll how often they are looked at while none come, beside being notified
 * @param linger how long without a change before the worker asks to be notified instead of polling
 *     fast
 * @param retryBase the mean time before the second attempt of a row
 * @param reconcileEvery how long after its last pass over all rows a collection gets another, for
 *     what triggers cannot see
 * @param canariesEvery how long after its last comparison a profile's canaries are embedded again;
 *     never where zero
 * @param load what load of the database slows backfills down
 */
public record WorkerSettings(
    int batch,
    Duration lease,
    Duration busyPoll,
    Duration idlePoll,
    Duration linger,
    Duration retryBase,
    Duration reconcileEvery,
    Duration canariesEvery,
    LoadLimits load) {

  public static final WorkerSettings DEFAULT =
      new WorkerSettings(
          512,
          Duration.ofSeconds(60),
          Duration.ofMillis(10),
          Duration.ofSeconds(1),
          Duration.ofMillis(500),
          Duration.ofSeconds(2),
          Duration.ofHours(24),
          Duration.ofHours(24),
          LoadLimits.NONE);

  /** The same with another lease. */
  public WorkerSettings withLease(Duration other) {
    return new WorkerSettings(
        batch, other, busyPoll, idlePoll, linger, retryBase, reconcileEvery, canariesEvery, load);
  }

  /** The same with another time before a row's second attempt. */
  public WorkerSettings withRetryBase(Duration other) {
    return new WorkerSettings(
        batch, lease, busyPoll, idlePoll, linger, other, reconcileEvery, canariesEvery, load);
  }

  /** The same with batches of another size. */
  public WorkerSettings withBatch(int other) {
    return new WorkerSettings(
        other, lease, busyPoll, idlePoll, linger, retryBase, reconcileEvery, canariesEvery, load);
  }

  /** The same with another time between passes over all rows. */
  public WorkerSettings withReconcileEvery(Duration other) {
    return new WorkerSettings(
        batch, lease, busyPoll, idlePoll, linger, retryBase, other, canariesEvery, load);
  }

  /** The same with limits of the database's load. */
  public WorkerSettings withLoad(LoadLimits other) {
    return new WorkerSettings(
        batch, lease, busyPoll, idlePoll, linger, retryBase, reconcileEvery, canariesEvery, other);
  }

  /** The same with another time between comparisons of canaries. */
  public WorkerSettings withCanariesEvery(Duration other) {
    return new WorkerSettings(
        batch, lease, busyPoll, idlePoll, linger, retryBase, reconcileEvery, other, load);
  }
}
