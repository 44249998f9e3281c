package dev.vectorkeeper.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RangeSizeTest {
  @Test
  void it_grows_while_ranges_are_quick_and_shrinks_when_they_take_long() {
    RangeSize size = new RangeSize(512);
    assertThat(size.rows()).isEqualTo(512);
    size.took(512, Duration.ofMillis(300));
    size.took(1_024, Duration.ofMillis(300));
    assertThat(size.rows()).isEqualTo(1_024);
    size.took(1_024, Duration.ofSeconds(3));
    assertThat(size.rows()).isEqualTo(1_024);
    size.troubled();
    assertThat(size.rows()).isEqualTo(512);
    for (int i = 0; i < 12; i++) {
      size.took(size.rows(), Duration.ofSeconds(20));
    }
    assertThat(size.rows()).isEqualTo(32);
  }

  @Test
  void a_short_last_range_changes_nothing() {
    RangeSize size = new RangeSize(512);
    size.took(7, Duration.ofMillis(1));
    size.took(7, Duration.ofSeconds(30));
    assertThat(size.rows()).isEqualTo(512);
  }
}
