package dev.vectorkeeper.provider.pace;

import dev.vectorkeeper.provider.ProviderQuota.Budget;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One kind of quota as this process knows it: what is left, what it has booked of it, and how it
 * comes back. A quota is taken to trickle back evenly (OpenAI's does) until its answers name one
 * fixed end of the period, or refuse what a trickle would have allowed.
 */
final class QuotaMeter {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration CLOCK_SLACK = Duration.ofMillis(1_500);

  /** The part of the limit that must have gone before a reset that stays tells a fixed period. */
  private static final double TELLING_PART = 0.05;

  private long limit = -1;
  private double left;
  private long inFlight;
  private Instant asOf = Instant.MIN;
  private @Nullable Instant resetAt;
  private double leftAtReset;
  private boolean fixedPeriod;
  private Duration period = MINUTE;

  /** Whether any answer has told the limit. */
  boolean isKnown() {
    return limit >= 0;
  }

  /** How long a request of this size has to wait. Zero while nothing is known. */
  Duration delay(long size, Instant now) {
    if (limit < 0) {
      return Duration.ZERO;
    }
    comeBack(now);
    double missing = Math.min(size, limit) - left;
    if (missing <= 0) {
      return Duration.ZERO;
    }
    if (fixedPeriod && resetAt != null) {
      long periods = (long) Math.floor(Math.max(0, missing - 1) / limit);
      return Duration.between(now, resetAt).plus(period.multipliedBy(periods));
    }
    return Duration.ofNanos((long) (missing / perNano()));
  }

  void book(long size) {
    inFlight += size;
    left -= Math.min(size, Math.max(limit, 0));
  }

  void end(long size) {
    inFlight = Math.max(0, inFlight - size);
  }

  /** Takes in what an answer said; requests still in flight may or may not be counted in it. */
  void observe(@Nullable Budget budget, Instant now) {
    if (budget == null) {
      return;
    }
    boolean first = limit < 0;
    limit = budget.limit() > 0 ? budget.limit() : Math.max(limit, Math.max(1, budget.remaining()));
    comeBack(now);
    long remaining = budget.remaining();
    double least = (double) remaining - inFlight;
    left = first ? least : clamp(left, least, (double) remaining);
    observeReset(budget, now);
  }

  /**
   * A refusal although there seemed to be enough: the quota does not trickle back, unless the
   * provider asks to come again before all of it is back.
   */
  void refused(@Nullable Instant retryAt) {
    if (limit < 0 || resetAt == null) {
      return;
    }
    if (retryAt == null || !retryAt.isBefore(resetAt.minus(CLOCK_SLACK))) {
      fixedPeriod = true;
    }
  }

  private void observeReset(Budget budget, Instant now) {
    Instant reset = budget.resetAt();
    if (reset == null) {
      return;
    }
    period = period(budget, Duration.between(now, reset));
    boolean same = resetAt != null && distance(reset, resetAt).compareTo(CLOCK_SLACK) < 0;
    if (!same) {
      leftAtReset = budget.remaining();
      resetAt = reset;
    } else if (leftAtReset - budget.remaining() > limit * TELLING_PART
        && reset.isAfter(now.plus(CLOCK_SLACK))) {
      fixedPeriod = true;
    }
  }

  /** A minute, unless what was used takes longer than that to come back. */
  private Duration period(Budget budget, Duration untilReset) {
    if (untilReset.compareTo(MINUTE.plus(CLOCK_SLACK)) <= 0) {
      return period;
    }
    long used = Math.max(1, limit - budget.remaining());
    double nanos = untilReset.toNanos() * ((double) limit / used);
    return Duration.ofNanos((long) Math.min((double) DAY.toNanos(), nanos));
  }

  private void comeBack(Instant now) {
    if (asOf.equals(Instant.MIN)) {
      asOf = now;
    }
    if (fixedPeriod && resetAt != null) {
      while (!now.isBefore(resetAt)) {
        left = Math.min((double) limit, left + limit);
        resetAt = resetAt.plus(period);
      }
    } else if (now.isAfter(asOf)) {
      left = Math.min((double) limit, left + Duration.between(asOf, now).toNanos() * perNano());
    }
    asOf = now.isAfter(asOf) ? now : asOf;
  }

  private double perNano() {
    return Math.max(limit, 1) / (double) period.toNanos();
  }

  private static Duration distance(Instant a, Instant b) {
    return Duration.between(a, b).abs();
  }

  private static double clamp(double value, double least, double most) {
    return Math.max(least, Math.min(most, value));
  }
}
