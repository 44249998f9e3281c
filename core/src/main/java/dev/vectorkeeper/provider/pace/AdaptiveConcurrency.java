package dev.vectorkeeper.provider.pace;

import java.time.Duration;

/**
 * How many requests in flight a provider bears, learned from its answers. Grows by one an answer
 * until something gives, then by one a round; shrinks when the provider throttles or fails, and
 * when answers take much longer than they did. Safe for use by several threads.
 */
public final class AdaptiveConcurrency {
  private static final double AFTER_THROTTLE = 0.7;
  private static final double AFTER_FAILURE = 0.8;
  private static final double AFTER_SLOWNESS = 0.9;
  private static final double SLOW = 2.5;

  private final int max;
  private double limit;
  private boolean probing = true;

  /** Outcomes still to come of requests that left before the last shrinking: they say it twice. */
  private int stale;

  private double usualNanos;
  private double recentNanos;

  /**
   * A limit that starts at {@code initial} and stays from 1 to {@code max} requests.
   *
   * @throws IllegalArgumentException unless {@code 1 <= initial <= max}
   */
  public AdaptiveConcurrency(int initial, int max) {
    if (initial < 1 || max < initial) {
      throw new IllegalArgumentException("concurrency must go from 1 to its maximum");
    }
    this.limit = initial;
    this.max = max;
  }

  /** Requests that are worth having in flight now. */
  public synchronized int limit() {
    return (int) limit;
  }

  /**
   * An answer came.
   *
   * @param latency from sending to the last byte
   * @param inFlight requests in flight when it came, itself included: an unused limit does not grow
   */
  public synchronized void answered(Duration latency, int inFlight) {
    boolean slow = isSlow((double) latency.toNanos());
    if (stale > 0) {
      stale--;
    } else if (slow) {
      shrink(AFTER_SLOWNESS);
    } else if (2L * inFlight >= (long) limit) {
      limit = Math.min(max, limit + (probing ? 1 : 1 / limit));
    }
  }

  /** The provider said that it is asked too often. */
  public synchronized void throttled() {
    outcomeOf(AFTER_THROTTLE);
  }

  /** A request timed out, or the provider was not there. */
  public synchronized void failed() {
    outcomeOf(AFTER_FAILURE);
  }

  private void outcomeOf(double factor) {
    if (stale > 0) {
      stale--;
    } else {
      shrink(factor);
    }
  }

  private void shrink(double factor) {
    probing = false;
    limit = Math.max(1, limit * factor);
    stale = (int) limit;
  }

  /** The usual latency falls quickly and rises slowly, so that a queue that builds up shows. */
  private boolean isSlow(double nanos) {
    if (usualNanos == 0) {
      usualNanos = nanos;
      recentNanos = nanos;
      return false;
    }
    usualNanos += (nanos < usualNanos ? 0.3 : 0.01) * (nanos - usualNanos);
    recentNanos += 0.2 * (nanos - recentNanos);
    return recentNanos > SLOW * usualNanos;
  }
}
