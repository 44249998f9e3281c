package dev.vectorkeeper.provider.pace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.provider.ProviderQuota;
import dev.vectorkeeper.provider.ProviderQuota.Budget;
import dev.vectorkeeper.provider.pace.QuotaGate.Admission;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class QuotaGateTest {
  private static final Instant START = Instant.parse("2026-09-01T12:00:00Z");
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final QuotaGate gate = new QuotaGate();

  private static ProviderQuota tokens(Instant now, long limit, long left, Duration reset) {
    return new ProviderQuota(now, null, new Budget(limit, left, now.plus(reset)));
  }

  @Test
  void everything_may_leave_while_nothing_is_known() {
    for (int i = 0; i < 100; i++) {
      assertThat(gate.ask(100_000, START, Duration.ZERO))
          .isEqualTo(new Admission(true, START, false));
    }
  }

  @Test
  void requests_wait_for_the_quota_in_turn() {
    gate.ask(600, START, PATIENCE);
    gate.answered(600, tokens(START, 6_000, 0, Duration.ofSeconds(60)));
    assertThat(gate.ask(600, START, PATIENCE).at()).isEqualTo(START.plusSeconds(6));
    assertThat(gate.ask(600, START, PATIENCE).at()).isEqualTo(START.plusSeconds(12));
  }

  @Test
  void a_request_that_would_wait_too_long_is_not_booked() {
    gate.ask(600, START, PATIENCE);
    gate.answered(600, tokens(START, 6_000, 0, Duration.ofSeconds(60)));
    Admission refused = gate.ask(600, START, Duration.ofSeconds(1));
    assertThat(refused).isEqualTo(new Admission(false, START.plusSeconds(6), true));
    assertThat(gate.ask(600, START.plusSeconds(6), Duration.ZERO).admitted()).isTrue();
  }

  @Test
  void nothing_leaves_before_the_time_that_a_refusal_named() {
    gate.ask(1, START, PATIENCE);
    gate.throttled(START.plusSeconds(30), false);
    gate.answered(1, null);
    assertThat(gate.ask(1, START.plusSeconds(1), PATIENCE).at()).isEqualTo(START.plusSeconds(30));
  }

  @Test
  void a_refusal_of_what_left_unknowing_does_not_stop_the_trickle() {
    gate.ask(600, START, PATIENCE);
    Admission unknowing = gate.ask(600, START, PATIENCE);
    gate.answered(600, tokens(START, 6_000, 0, Duration.ofSeconds(60)));
    gate.throttled(START, unknowing.informed());
    gate.answered(600, null);
    assertThat(gate.ask(600, START.plusSeconds(6), PATIENCE).at())
        .as("soon, not when all is back")
        .isBefore(START.plusSeconds(13));
  }

  @Test
  void a_request_that_is_larger_than_the_quota_waits_for_all_of_it() {
    gate.ask(10, START, PATIENCE);
    gate.answered(10, tokens(START, 1_000, 0, Duration.ofSeconds(60)));
    assertThat(gate.ask(5_000, START, PATIENCE).at()).isEqualTo(START.plusSeconds(60));
  }

  private enum Kind {
    TRICKLE,
    FIXED_MINUTE
  }

  /** A provider with a quota of tokens, by a clock that jumps from event to event. */
  private static final class Provider {
    static final long LIMIT = 60_000;
    final Kind kind;
    double left = LIMIT;
    Instant asOf = START;
    long used;
    int refused;
    int asked;

    Provider(Kind kind) {
      this.kind = kind;
    }

    boolean take(long size, Instant now) {
      asked++;
      comeBack(now);
      if (left < size) {
        refused++;
        return false;
      }
      left -= size;
      used += size;
      return true;
    }

    void comeBack(Instant now) {
      if (kind == Kind.TRICKLE) {
        left = Math.min(LIMIT, left + Duration.between(asOf, now).toMillis() * LIMIT / 60_000d);
        asOf = now;
        return;
      }
      while (!now.isBefore(asOf.plusSeconds(60))) {
        asOf = asOf.plusSeconds(60);
        left = LIMIT;
      }
    }

    ProviderQuota says(Instant now) {
      comeBack(now);
      Instant reset =
          kind == Kind.FIXED_MINUTE
              ? asOf.plusSeconds(60)
              : now.plusMillis((long) ((LIMIT - left) / LIMIT * 60_000));
      return new ProviderQuota(now, null, new Budget(LIMIT, (long) left, reset));
    }
  }

  private record Arrival(Instant at, long booked, long size, boolean informed) {}

  @ParameterizedTest
  @EnumSource(Kind.class)
  void nearly_all_of_a_quota_is_used_and_next_to_nothing_is_refused(Kind kind) {
    Provider provider = new Provider(kind);
    PriorityQueue<Arrival> underway = new PriorityQueue<>((a, b) -> a.at().compareTo(b.at()));
    Queue<Long> sizes = new ArrayDeque<>();
    Instant now = START;
    Instant end = START.plusSeconds(600);
    long seed = 1;
    for (int i = 0; i < 4; i++) {
      underway.add(new Arrival(now, 0, 0, false));
    }
    while (!underway.isEmpty() && now.isBefore(end)) {
      Arrival arrival = underway.poll();
      now = arrival.at();
      if (arrival.booked() > 0) {
        if (!provider.take(arrival.size(), now)) {
          gate.throttled(now.plusSeconds(1), arrival.informed());
          sizes.add(arrival.size());
        }
        gate.answered(arrival.booked(), provider.says(now));
      }
      seed = seed * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
      long size = sizes.isEmpty() ? 500 + Math.floorMod(seed >> 33, 1_000L) : sizes.remove();
      long booked = (long) (size * 1.1);
      Admission leave = gate.ask(booked, now, Duration.ofHours(1));
      underway.add(new Arrival(leave.at().plusMillis(50), booked, size, leave.informed()));
    }
    // A trickle begins full, so that ten minutes hold eleven times the quota.
    double share = provider.used / (Provider.LIMIT * (kind == Kind.TRICKLE ? 11d : 10d));
    assertThat(share).as("share of the quota used").isGreaterThan(0.95);
    assertThat(provider.refused / (double) provider.asked).as("refused").isLessThan(0.03);
  }
}
