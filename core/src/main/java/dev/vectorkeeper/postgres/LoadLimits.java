package dev.vectorkeeper.postgres;

import java.time.Duration;
import java.util.Optional;

/**
 * Limits of the load that a database may be under while backfills run at full pace; nothing is
 * looked at where a field is empty.
 *
 * @param replicationLag how far the slowest replica may be behind
 * @param writeLatency how long a small write may take
 * @param activeSessions how many sessions beside Vectorkeeper's own may be at work
 */
public record LoadLimits(
    Optional<Duration> replicationLag,
    Optional<Duration> writeLatency,
    Optional<Integer> activeSessions) {

  /** No limit. */
  public static final LoadLimits NONE =
      new LoadLimits(Optional.empty(), Optional.empty(), Optional.empty());
}
