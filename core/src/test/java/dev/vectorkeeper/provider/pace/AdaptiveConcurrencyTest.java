package dev.vectorkeeper.provider.pace;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class AdaptiveConcurrencyTest {
  private static final Duration FAST = Duration.ofMillis(50);

  private static void answer(AdaptiveConcurrency concurrency, int times, Duration latency) {
    for (int i = 0; i < times; i++) {
      concurrency.answered(latency, concurrency.limit());
    }
  }

  @Test
  void it_grows_while_answers_come_up_to_its_maximum() {
    AdaptiveConcurrency concurrency = new AdaptiveConcurrency(2, 16);
    answer(concurrency, 100, FAST);
    assertThat(concurrency.limit()).isEqualTo(16);
  }

  @Test
  void it_does_not_grow_while_it_is_not_used() {
    AdaptiveConcurrency concurrency = new AdaptiveConcurrency(8, 16);
    for (int i = 0; i < 100; i++) {
      concurrency.answered(FAST, 1);
    }
    assertThat(concurrency.limit()).isEqualTo(8);
  }

  @Test
  void it_shrinks_once_a_round_when_it_is_throttled_and_never_below_one() {
    AdaptiveConcurrency concurrency = new AdaptiveConcurrency(10, 16);
    concurrency.throttled();
    assertThat(concurrency.limit()).isEqualTo(7);
    concurrency.throttled();
    assertThat(concurrency.limit()).isEqualTo(7);
    for (int i = 0; i < 200; i++) {
      concurrency.throttled();
    }
    assertThat(concurrency.limit()).isEqualTo(1);
  }

  @Test
  void after_throttling_it_grows_slowly() {
    AdaptiveConcurrency concurrency = new AdaptiveConcurrency(10, 100);
    concurrency.throttled();
    answer(concurrency, 7 + 14, FAST);
    assertThat(concurrency.limit()).isBetween(8, 10);
  }

  @Test
  void it_shrinks_when_answers_take_much_longer() {
    AdaptiveConcurrency concurrency = new AdaptiveConcurrency(4, 32);
    answer(concurrency, 200, FAST);
    answer(concurrency, 60, FAST.multipliedBy(8));
    assertThat(concurrency.limit()).isLessThan(28);
  }

  @Test
  void it_finds_what_a_server_bears_and_stays_near_it() {
    AdaptiveConcurrency concurrency = new AdaptiveConcurrency(1, 64);
    int throttled = 0;
    for (int i = 0; i < 5_000; i++) {
      if (concurrency.limit() > 12) {
        concurrency.throttled();
        throttled++;
      } else {
        concurrency.answered(FAST, concurrency.limit());
      }
    }
    assertThat(concurrency.limit()).isBetween(7, 13);
    assertThat(throttled).isLessThan(5_000 * 3 / 100 * 6);
  }
}
