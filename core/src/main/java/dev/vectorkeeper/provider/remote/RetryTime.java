package dev.vectorkeeper.provider.remote;

import dev.vectorkeeper.provider.ProviderQuota;
import dev.vectorkeeper.provider.ProviderQuota.Budget;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/** When a service may be asked again after a refusal, from all the places that may say so. */
final class RetryTime {
  private RetryTime() {}

  /** The time that the headers, the body or the quota name, in this order of trust. */
  static Optional<Instant> of(
      HttpHeaders headers, Refusal refusal, ProviderQuota quota, Instant now) {
    return millis(headers, now)
        .or(() -> retryAfter(headers, now))
        .or(() -> Optional.ofNullable(refusal.retryDelay()).map(now::plus))
        .or(() -> exhausted(quota))
        .map(at -> ResetTime.bounded(at, now));
  }

  private static Optional<Instant> millis(HttpHeaders headers, Instant now) {
    return headers
        .firstValue("retry-after-ms")
        .flatMap(text -> ResetTime.duration(text.strip() + "ms"))
        .map(now::plus);
  }

  private static Optional<Instant> retryAfter(HttpHeaders headers, Instant now) {
    Optional<String> value = headers.firstValue("retry-after");
    Optional<Instant> date = value.flatMap(ResetTime::date);
    if (date.isPresent()) {
      // By the server's own clock, where it tells it: ours may be wrong.
      Instant serverNow = headers.firstValue("date").flatMap(ResetTime::date).orElse(now);
      return Optional.of(now.plus(Duration.between(serverNow, date.get())));
    }
    return value.flatMap(text -> ResetTime.instant(text, now));
  }

  /** The latest reset of a quota that is used up. */
  private static Optional<Instant> exhausted(ProviderQuota quota) {
    return Stream.of(Optional.ofNullable(quota.requests()), Optional.ofNullable(quota.tokens()))
        .flatMap(Optional::stream)
        .filter(budget -> budget.remaining() <= 0)
        .map(Budget::resetAt)
        .flatMap(at -> Optional.ofNullable(at).stream())
        .max(Instant::compareTo);
  }
}
