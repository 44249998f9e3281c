package dev.vectorkeeper.postgres;

import java.time.Duration;
import java.util.Optional;

/**
 * Limits of the load that a database may be under while backfills run at full pace, and of that
 * which they make; nothing is looked at where a field is empty.
 *
 * @param replicationLag how far the slowest replica may be behind
 * @param writeLatency how long a small write may take
 * @param activeSessions how many sessions beside Vectorkeeper's own may be at work
 * @param concurrentWrites how many batches of backfills a process writes at a time
 */
public record LoadLimits(
    Optional<Duration> replicationLag,
    Optional<Duration> writeLatency,
    Optional<Integer> activeSessions,
    int concurrentWrites) {

  /** What holds where nothing is said. */
  public static final int CONCURRENT_WRITES = 2;

  /** Nothing is looked at. */
  public static final LoadLimits NONE =
      new LoadLimits(Optional.empty(), Optional.empty(), Optional.empty(), CONCURRENT_WRITES);

  /** Whether anything is to be looked at. */
  public boolean looks() {
    return replicationLag.isPresent() || writeLatency.isPresent() || activeSessions.isPresent();
  }
}
