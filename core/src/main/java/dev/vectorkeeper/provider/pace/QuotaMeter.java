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
  private long ended;
  private Instant asOf = Instant.MIN;
  private double lastSaid;
  private Instant lastSaidAt = Instant.MIN;
  private Instant lastReset = Instant.MIN;
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
    ended += size;
  }

  /** What has ended since the beginning. */
  long ended() {
    return ended;
  }

  /**
   * Takes in what an answer said. Requests still in flight may or may not be counted in it, and so
   * may those that ended while its own was under way: answers come in another order than that in
   * which they were counted.
   *
   * @param overlapping what ended while the answer's request was under way; when that explains why
   *     more is left than after the answer before, this answer is an older one
   */
  void observe(@Nullable Budget budget, Instant now, long overlapping) {
    if (budget == null) {
      return;
    }
    boolean first = limit < 0;
    limit = budget.limit() > 0 ? budget.limit() : Math.max(limit, Math.max(1, budget.remaining()));
    comeBack(now);
    long remaining = budget.remaining();
    double possible = mostLeft(now);
    boolean older = remaining > possible && remaining - possible <= overlapping;
    double least = older ? left : (double) remaining - inFlight;
    left = first ? least : clamp(left, least, (double) remaining);
    lastSaid = Math.min(possible, (double) remaining);
    lastSaidAt = now;
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

  /** What can be left at most after the answer before, if that was no older one. */
  private double mostLeft(Instant now) {
    if (limit < 0 || lastSaidAt.equals(Instant.MIN)) {
      return Double.MAX_VALUE;
    }
    if (fixedPeriod) {
      return resetAt != null && !now.isBefore(resetAt) || lastSaidAt.isBefore(lastReset)
          ? limit
          : lastSaid;
    }
    return lastSaid + Math.max(0, Duration.between(lastSaidAt, now).toNanos()) * perNano();
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
        lastReset = resetAt;
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
