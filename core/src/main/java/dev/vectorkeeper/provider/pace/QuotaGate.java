package dev.vectorkeeper.provider.pace;

import dev.vectorkeeper.provider.ProviderQuota;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Says when a request may leave so that the provider need not refuse it, from what its answers said
 * is left and from what it refused. Until an answer says something, everything may leave at once.
 * Safe for use by several threads.
 */
public final class QuotaGate {
  private final QuotaMeter requests = new QuotaMeter();
  private final QuotaMeter tokens = new QuotaMeter();
  private Instant blockedUntil = Instant.MIN;

  /**
   * Whether a request may leave.
   *
   * @param admitted whether it was booked; if not, ask again at {@code at}
   * @param at the time that it may leave at
   * @param informed whether anything was known of the quota when it was asked for
   */
  public record Admission(boolean admitted, Instant at, boolean informed) {}

  /**
   * Books a request for the time that there is quota for it, unless that is too far off. Each
   * booked request must be {@link #answered} later, whatever became of it.
   *
   * @param size tokens of the request
   * @param patience how far off the time may be
   */
  public synchronized Admission ask(long size, Instant now, Duration patience) {
    Duration wait = longer(requests.delay(1, now), tokens.delay(size, now));
    Instant at = now.plus(wait);
    if (at.isBefore(blockedUntil)) {
      at = blockedUntil;
    }
    if (at.isAfter(now.plus(patience))) {
      return new Admission(false, at, isKnown());
    }
    requests.book(1);
    tokens.book(size);
    return new Admission(true, at, isKnown());
  }

  /** What had ended when a request left. */
  public record Mark(long requests, long tokens) {}

  /** A booked request leaves now. */
  public synchronized Mark leaving() {
    return new Mark(requests.ended(), tokens.ended());
  }

  /** A booked request that never left has ended. */
  public synchronized void dropped(long size) {
    requests.end(1);
    tokens.end(size);
  }

  /**
   * A booked request has ended.
   *
   * @param size the tokens that it was booked with
   * @param quota what its answer said; null when there was no answer
   * @param left what {@link #leaving} said when it left
   */
  public synchronized void answered(long size, @Nullable ProviderQuota quota, Mark left) {
    long overlappingRequests = requests.ended() - left.requests();
    long overlappingTokens = tokens.ended() - left.tokens();
    dropped(size);
    if (quota != null) {
      requests.observe(quota.requests(), quota.asOf(), overlappingRequests);
      tokens.observe(quota.tokens(), quota.asOf(), overlappingTokens);
    }
  }

  /**
   * The provider refused a request for its rate.
   *
   * @param retryAt when it may be asked again; null when it did not say
   * @param informed whether the request left although its quota was known; else the refusal tells
   *     nothing of how the quota comes back
   */
  public synchronized void throttled(@Nullable Instant retryAt, boolean informed) {
    if (informed) {
      requests.refused(retryAt);
      tokens.refused(retryAt);
    }
    if (retryAt != null && retryAt.isAfter(blockedUntil)) {
      blockedUntil = retryAt;
    }
  }

  private boolean isKnown() {
    return requests.isKnown() || tokens.isKnown();
  }

  private static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) > 0 ? a : b;
  }
}
