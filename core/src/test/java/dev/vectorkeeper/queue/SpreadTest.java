package dev.vectorkeeper.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Percentiles of durations that are kept as counts. */
class SpreadTest {
  @Test
  void a_percentile_lies_in_the_place_of_the_duration_that_it_is_of() {
    Spread spread = new Spread().add(Duration.ofMillis(40), 90).add(Duration.ofSeconds(3), 10);
    assertThat(spread.seconds(0.5).orElseThrow()).isBetween(0.03, 0.0625);
    assertThat(spread.seconds(0.95).orElseThrow()).isCloseTo(3, within(0.01));
    assertThat(spread.seconds(1).orElseThrow()).isEqualTo(4);
  }

  @Test
  void what_is_shorter_or_longer_than_all_places_is_in_the_first_or_last_and_nothing_has_none() {
    assertThat(new Spread().seconds(0.5)).isEmpty();
    assertThat(new Spread().add(Duration.ZERO, 3).array()).startsWith("{3,0,");
    assertThat(new Spread().add(Duration.ofDays(400), 1).array()).endsWith(",0,1}");
    assertThat(new Spread().add(Duration.ofNanos(7_812_500), 1).array()).startsWith("{1,");
    assertThat(new Spread().add(Duration.ofNanos(7_812_501), 1).array()).startsWith("{0,1,");
  }
}
