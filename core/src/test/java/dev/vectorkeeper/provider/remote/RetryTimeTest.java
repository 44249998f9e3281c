package dev.vectorkeeper.provider.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.provider.ProviderQuota;
import dev.vectorkeeper.provider.ProviderQuota.Budget;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryTimeTest {
  private static final Instant NOW = Instant.parse("2026-09-01T12:00:00Z");

  private static HttpHeaders headers(String... lines) {
    Map<String, List<String>> map = new LinkedHashMap<>();
    for (String line : lines) {
      String[] parts = line.split(": ", 2);
      map.put(parts[0], List.of(parts[1]));
    }
    return HttpHeaders.of(map, (name, value) -> true);
  }

  private static Optional<Instant> retryAt(Duration inBody, String... lines) {
    HttpHeaders headers = headers(lines);
    Refusal refusal = new Refusal(429, "slow", Set.of(), Optional.empty(), inBody);
    return RetryTime.of(headers, refusal, QuotaHeaders.read(headers, NOW), NOW);
  }

  @ParameterizedTest
  @CsvSource({
    "20, 20000",
    "1.5, 1500",
    "0, 0",
    "20ms, 20",
    "6m0s, 360000",
    "1h2m3s, 3723000",
    "1d, 86400000",
    "1788264005, 5000",
    "1788264005000, 5000",
    "2026-09-01T12:00:09Z, 9000",
    "'Tue, 01 Sep 2026 12:00:07 GMT', 7000",
    "'Tue, 01 Sep 2020 12:00:07 GMT', 0",
    "99999999, 86400000",
  })
  void times_are_read_in_every_way_that_headers_write_them(String text, long millis) {
    assertThat(ResetTime.instant(text, NOW)).contains(NOW.plusMillis(millis));
  }

  @ParameterizedTest
  @CsvSource({"soon", "-5", "''", "1e9999", "999999999999999999999"})
  void a_time_that_is_none_is_ignored(String text) {
    assertThat(ResetTime.instant(text, NOW)).isEmpty();
  }

  @Test
  void a_date_counts_by_the_servers_clock() {
    assertThat(
            retryAt(
                null,
                "date: Tue, 01 Sep 2026 11:00:00 GMT",
                "retry-after: Tue, 01 Sep 2026 11:00:30 GMT"))
        .contains(NOW.plusSeconds(30));
  }

  @Test
  void the_header_goes_before_the_body_and_the_body_before_the_quota() {
    String[] quota = {"x-ratelimit-remaining-tokens: 0", "x-ratelimit-reset-tokens: 40s"};
    assertThat(retryAt(Duration.ofSeconds(9), "retry-after: 3", quota[0], quota[1]))
        .contains(NOW.plusSeconds(3));
    assertThat(retryAt(Duration.ofSeconds(9), quota)).contains(NOW.plusSeconds(9));
    assertThat(retryAt(null, quota)).contains(NOW.plusSeconds(40));
    assertThat(retryAt(null, "retry-after-ms: 250")).contains(NOW.plusMillis(250));
    assertThat(retryAt(null)).isEmpty();
  }

  @Test
  void the_quota_is_read_from_the_headers_of_several_vendors() {
    ProviderQuota openAi =
        QuotaHeaders.read(
            headers(
                "x-ratelimit-limit-requests: 3000",
                "x-ratelimit-remaining-requests: 2999",
                "x-ratelimit-reset-requests: 20ms",
                "x-ratelimit-limit-tokens: 1000000",
                "x-ratelimit-remaining-tokens: 990000",
                "x-ratelimit-reset-tokens: 600ms"),
            NOW);
    assertThat(openAi.requests()).isEqualTo(new Budget(3_000, 2_999, NOW.plusMillis(20)));
    assertThat(openAi.tokens()).isEqualTo(new Budget(1_000_000, 990_000, NOW.plusMillis(600)));
    ProviderQuota mistral =
        QuotaHeaders.read(
            headers("ratelimitbysize-remaining: 5", "ratelimitbysize-reset: 30"), NOW);
    assertThat(mistral.tokens()).isEqualTo(new Budget(-1, 5, NOW.plusSeconds(30)));
    assertThat(QuotaHeaders.read(headers("x-ratelimit-remaining: many"), NOW).isUnknown()).isTrue();
  }
}
