package dev.vectorkeeper.worker;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.queue.BatchResult;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Counts what passes through the embedding path, and how fresh vectors are when they are stored.
 */
final class PassMeters {
  private final Tags tags;
  private final Timer freshness;

  PassMeters(Collection collection) {
    this.tags =
        Tags.of("source", collection.source().name(), "profile", collection.profile().name());
    this.freshness =
        Timer.builder("vectorkeeper.freshness")
            .description(
                "From the commit of a change to the stored vector; of keys in one claim the oldest counts")
            .tags(tags)
            .serviceLevelObjectives(
                Duration.ofMillis(50),
                Duration.ofMillis(100),
                Duration.ofMillis(250),
                Duration.ofMillis(500),
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                Duration.ofSeconds(5),
                Duration.ofSeconds(15),
                Duration.ofMinutes(1),
                Duration.ofMinutes(5),
                Duration.ofHours(1))
            .register(Metrics.globalRegistry);
  }

  /**
   * Counts a pass.
   *
   * @param since when the oldest of its changes was logged, where it was of changes
   */
  void passed(BatchResult result, Optional<Instant> since) {
    count("embedded", result.embedded() - result.reused());
    count("reused", result.reused());
    count("unchanged", result.unchanged());
    count("removed", result.removed());
    count("failed", result.failed());
    if (result.truncated() > 0) {
      Counter.builder("vectorkeeper.rows.truncated")
          .description("Rows whose text was cut at the model's limit")
          .tags(tags)
          .register(Metrics.globalRegistry)
          .increment(result.truncated());
    }
    since.ifPresent(
        at -> {
          Duration age = Duration.between(at, Instant.now());
          for (int i = 0; i < result.embedded(); i++) {
            freshness.record(age.isNegative() ? Duration.ZERO : age);
          }
        });
  }

  private void count(String outcome, int rows) {
    if (rows > 0) {
      Counter.builder("vectorkeeper.rows")
          .description("Rows that passed through, by what became of them")
          .tags(tags.and("outcome", outcome))
          .register(Metrics.globalRegistry)
          .increment(rows);
    }
  }
}
