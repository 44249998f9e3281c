package dev.vectorkeeper.provider.remote;

import dev.vectorkeeper.provider.ProviderQuota;
import dev.vectorkeeper.provider.ProviderQuota.Budget;
import java.net.http.HttpHeaders;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What is left of a quota, from the headers that vendors put on their answers. */
final class QuotaHeaders {

  /** The three headers of one vendor's quota of one kind. */
  private record Names(String limit, String remaining, String reset) {
    static Names of(String before, String after) {
      return new Names(
          before + "limit" + after, before + "remaining" + after, before + "reset" + after);
    }
  }

  private static final List<Names> REQUESTS =
      List.of(
          Names.of("x-ratelimit-", "-requests"),
          Names.of("x-ratelimit-", "-req-minute"),
          Names.of("x-ratelimit-", ""),
          Names.of("ratelimit-", ""));

  private static final List<Names> TOKENS =
      List.of(
          Names.of("x-ratelimit-", "-tokens"),
          Names.of("x-ratelimit-", "-tokens-minute"),
          Names.of("ratelimitbysize-", ""),
          Names.of("x-ratelimitbysize-", "-minute"));

  private QuotaHeaders() {}

  /** The quota that the headers tell of, which may be unknown. */
  static ProviderQuota read(HttpHeaders headers, Instant now) {
    return new ProviderQuota(now, first(REQUESTS, headers, now), first(TOKENS, headers, now));
  }

  private static @Nullable Budget first(List<Names> kinds, HttpHeaders headers, Instant now) {
    for (Names names : kinds) {
      OptionalLong remaining = number(headers, names.remaining());
      if (remaining.isPresent()) {
        Optional<Instant> reset =
            headers.firstValue(names.reset()).flatMap(text -> ResetTime.instant(text, now));
        return new Budget(
            number(headers, names.limit()).orElse(-1), remaining.getAsLong(), reset.orElse(null));
      }
    }
    return null;
  }

  private static OptionalLong number(HttpHeaders headers, String name) {
    String text = headers.firstValue(name).orElse("").strip();
    return text.matches("\\d{1,15}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
  }
}
