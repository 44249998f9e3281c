package dev.vectorkeeper;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JsonTest {
  record Run(Instant startedAt, Optional<Duration> timeLeft, Optional<String> why) {}

  @Test
  void a_moment_is_iso_8601_a_time_seconds_and_nothing_null() {
    Run run = new Run(Instant.EPOCH, Optional.of(Duration.ofSeconds(90)), Optional.empty());
    assertThat(Json.line(run))
        .isEqualTo("{\"started_at\":\"1970-01-01T00:00:00Z\",\"time_left\":90.0,\"why\":null}");
  }
}
