package dev.vectorkeeper.provider.pace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.provider.ProviderQuota;
import dev.vectorkeeper.provider.ProviderQuota.Budget;
import dev.vectorkeeper.provider.pace.QuotaGate.Admission;
import dev.vectorkeeper.provider.pace.QuotaGate.Mark;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import org.jspecify.annotations.Nullable;
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
    gate.answered(600, tokens(START, 6_000, 0, Duration.ofSeconds(60)), gate.leaving());
    assertThat(gate.ask(600, START, PATIENCE).at()).isEqualTo(START.plusSeconds(6));
    assertThat(gate.ask(600, START, PATIENCE).at()).isEqualTo(START.plusSeconds(12));
  }

  @Test
  void a_request_that_would_wait_too_long_is_not_booked() {
    gate.ask(600, START, PATIENCE);
    gate.answered(600, tokens(START, 6_000, 0, Duration.ofSeconds(60)), gate.leaving());
    Admission refused = gate.ask(600, START, Duration.ofSeconds(1));
    assertThat(refused).isEqualTo(new Admission(false, START.plusSeconds(6), true));
    assertThat(gate.ask(600, START.plusSeconds(6), Duration.ZERO).admitted()).isTrue();
  }

  @Test
  void nothing_leaves_before_the_time_that_a_refusal_named() {
    gate.ask(1, START, PATIENCE);
    gate.throttled(START.plusSeconds(30), false);
    gate.dropped(1);
    assertThat(gate.ask(1, START.plusSeconds(1), PATIENCE).at()).isEqualTo(START.plusSeconds(30));
  }

  @Test
  void a_refusal_of_what_left_unknowing_does_not_stop_the_trickle() {
    gate.ask(600, START, PATIENCE);
    Admission unknowing = gate.ask(600, START, PATIENCE);
    gate.answered(600, tokens(START, 6_000, 0, Duration.ofSeconds(60)), gate.leaving());
    gate.throttled(START, unknowing.informed());
    gate.dropped(600);
    assertThat(gate.ask(600, START.plusSeconds(6), PATIENCE).at())
        .as("soon, not when all is back")
        .isBefore(START.plusSeconds(13));
  }

  @Test
  void a_request_that_is_larger_than_the_quota_waits_for_all_of_it() {
    gate.ask(10, START, PATIENCE);
    gate.answered(10, tokens(START, 1_000, 0, Duration.ofSeconds(60)), gate.leaving());
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

  /** A request on its way: it leaves, is counted by the provider, and is answered. */
  private static final class Trip {
    final long size;
    final long booked;
    final boolean informed;
    Instant at;
    @Nullable Mark left;
    @Nullable ProviderQuota said;
    boolean granted;

    Trip(long size, long booked, Admission admission) {
      this.size = size;
      this.booked = booked;
      this.informed = admission.informed();
      this.at = admission.at();
    }
  }

  /** Answers overtake each other, so that an older word on the quota comes after a newer one. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void nearly_all_of_a_quota_is_used_and_next_to_nothing_is_refused(Kind kind) {
    Provider provider = new Provider(kind);
    PriorityQueue<Trip> underway = new PriorityQueue<>((a, b) -> a.at.compareTo(b.at));
    Queue<Long> again = new ArrayDeque<>();
    Random random = new Random(1);
    for (int i = 0; i < 4; i++) {
      underway.add(leave(START, 500));
    }
    for (Trip trip = underway.poll();
        trip.at.isBefore(START.plusSeconds(600));
        trip = underway.poll()) {
      Instant now = trip.at;
      if (trip.left == null) {
        trip.left = gate.leaving();
        trip.at = now.plusMillis(5 + random.nextInt(20));
      } else if (trip.said == null) {
        trip.granted = provider.take(trip.size, now);
        trip.said = provider.says(now);
        trip.at = now.plusMillis(20 + random.nextInt(200));
      } else {
        if (!trip.granted) {
          gate.throttled(now.plusSeconds(1), trip.informed);
          again.add(trip.size);
        }
        gate.answered(
            trip.booked,
            new ProviderQuota(now, null, trip.said.tokens()),
            Objects.requireNonNull(trip.left));
        trip = leave(now, again.isEmpty() ? 500 + random.nextInt(1_000) : again.remove());
      }
      underway.add(trip);
    }
    // A trickle begins full, so that ten minutes hold eleven times the quota.
    double share = provider.used / (Provider.LIMIT * (kind == Kind.TRICKLE ? 11d : 10d));
    assertThat(share).as("share of the quota used").isGreaterThan(0.95);
    assertThat(provider.refused / (double) provider.asked).as("refused").isLessThan(0.02);
  }

  private Trip leave(Instant now, long size) {
    long booked = (long) (size * 1.1);
    return new Trip(size, booked, gate.ask(booked, now, Duration.ofHours(1)));
  }
}
