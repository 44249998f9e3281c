package dev.vectorkeeper.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.config.Configuration;
import dev.vectorkeeper.profile.ProviderTest;
import dev.vectorkeeper.provider.ProviderQuota;
import dev.vectorkeeper.provider.remote.Play;
import dev.vectorkeeper.provider.remote.StrictVendorServer;
import dev.vectorkeeper.status.ProfileUsage;
import dev.vectorkeeper.testing.TestDatabase;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The engine with remote providers, played on loopback by servers that refuse what the vendors
 * would refuse.
 */
class RemoteProvidersPgTest {
  private static final boolean FULL = "full".equals(System.getProperty("vectorkeeper.size"));

  @TempDir private Path directory;
  private TestDatabase test;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql("create table items (id int primary key, body text)");
  }

  @AfterEach
  void close() {
    test.close();
  }

  private Vectorkeeper keeper(
      String profiles, String collections, Map<String, String> environment) {
    Properties user = test.url().properties();
    String database =
        test.url().jdbcUrl()
            + "?user="
            + user.getProperty("user")
            + "&password="
            + user.getProperty("password", "");
    String yaml =
        "database: \""
            + database
            + "\"\nprofiles:\n"
            + profiles
            + "sources:\n  items: {table: items, text: body, collections: ["
            + collections
            + "]}\n";
    Configuration configuration = Configuration.parse("test.yaml", yaml, Map.of());
    return Vectorkeeper.open(
        configuration, new Vectorkeeper.Directories(directory, directory), environment);
  }

  private static String profile(
      String name, StrictVendorServer server, String vendor, String more) {
    return "  "
        + name
        + ": {provider: "
        + vendor
        + ", model: "
        + server.model()
        + ", dimensions: 16, api-key: "
        + StrictVendorServer.KEY
        + ", base-url: \""
        + server.baseUrl()
        + "\""
        + more
        + "}\n";
  }

  private long waiting() {
    return test.number(
        "select (select count(*) from vectorkeeper.claim) + (select count(*) from vectorkeeper.retry)"
            + " + (select count(*) from vectorkeeper.backfill where state = 'running')");
  }

  private void rows(int count, int poison) {
    test.sql(
        "insert into items select g, case when g % ("
            + count
            + " / "
            + poison
            + ") = 0 then 'poison ' else 'fine ' end || g from generate_series(1, "
            + count
            + ") g");
  }

  @Test
  void status_shows_what_was_charged_and_what_the_provider_says_is_left() {
    rows(200, 1);
    test.sql("delete from items where body like 'poison%'");
    try (StrictVendorServer server = StrictVendorServer.start("openrouter", 16)) {
      server.headers(
          "x-ratelimit-limit-requests: 500",
          "x-ratelimit-remaining-requests: 499",
          "x-ratelimit-reset-requests: 120ms",
          "x-ratelimit-limit-tokens: 200000",
          "x-ratelimit-remaining-tokens: 198000",
          "x-ratelimit-reset-tokens: 600ms");
      try (Vectorkeeper keeper = keeper(profile("a", server, "openrouter", ""), "a", Map.of())) {
        keeper.apply();
        try (Drain drain = keeper.drain()) {
          drain.run(keeper.catalog().liveCollections());
        }
        ProfileUsage usage = keeper.status().usage().get(0);
        assertThat(usage.total().inputs()).isEqualTo(199);
        assertThat(usage.total().usd())
            .isEqualByComparingTo(
                new BigDecimal("0.001").multiply(BigDecimal.valueOf(usage.total().tokens())));
        ProviderQuota quota = usage.quota().orElseThrow();
        assertThat(quota.requests()).isNotNull();
        assertThat(quota.requests().limit()).isEqualTo(500);
        assertThat(quota.tokens().remaining()).isEqualTo(198_000);
        assertThat(quota.tokens().resetAt()).isNotNull();
      }
    }
  }

  @Test
  void a_server_that_fails_throttles_and_refuses_poison_loses_nothing_but_the_poison() {
    int count = FULL ? 5_000 : 500;
    int poison = FULL ? 40 : 4;
    rows(count, poison);
    AtomicInteger asked = new AtomicInteger();
    try (StrictVendorServer server = StrictVendorServer.start("openai", 16)) {
      server.script(
          request -> {
            int number = asked.incrementAndGet();
            if (number % 3 == 0) {
              return Play.OVERLOADED;
            }
            if (number % 5 == 0) {
              return Play.RATE_LIMITED;
            }
            boolean poisoned = request.texts().stream().anyMatch(text -> text.startsWith("poison"));
            return poisoned ? Play.INVALID_INPUT : Play.ANSWER;
          });
      try (Vectorkeeper keeper =
          keeper(profile("remote", server, "openai", ""), "remote", Map.of())) {
        keeper.apply();
        WorkerSettings quick = WorkerSettings.DEFAULT.withRetryBase(Duration.ofMillis(50));
        try (Worker worker = new Worker(keeper.database(), keeper.providers(), quick)) {
          worker.start();
          await()
              .atMost(Duration.ofMinutes(4))
              .untilAsserted(
                  () -> {
                    assertThat(waiting()).isZero();
                    assertThat(
                            test.number(
                                "select (select count(*) from items_embeddings_active) + (select count(*) from vectorkeeper.dead_letter)"))
                        .isEqualTo(count);
                  });
        }
      }
      assertThat(test.number("select count(distinct id) from items_embeddings_active"))
          .isEqualTo(count - poison);
      assertThat(
              test.column(
                  "select i.body from vectorkeeper.dead_letter d join items i on i.id::text = d.key"))
          .hasSize(poison)
          .allMatch(body -> body.startsWith("poison"));
      assertThat(test.column("select distinct error_code from vectorkeeper.dead_letter"))
          .containsExactly("VK-P08");
      assertThat(test.column("select error_message from vectorkeeper.dead_letter"))
          .noneMatch(m -> m.contains(StrictVendorServer.KEY));
      assertThat(test.number("select retries from vectorkeeper.profile_usage")).isPositive();
    }
  }

  @Test
  void one_dead_provider_does_not_slow_another() {
    rows(600, 1);
    test.sql("update items set body = 'fine'  || id");
    try (StrictVendorServer dead = StrictVendorServer.start("openai", 16);
        StrictVendorServer fine = StrictVendorServer.start("jina", 16)) {
      dead.script(request -> Play.HANG);
      String profiles =
          profile("dead", dead, "openai", ", timeout-seconds: 1")
              + profile("fine", fine, "jina", "");
      try (Vectorkeeper keeper = keeper(profiles, "dead, fine", Map.of())) {
        keeper.apply();
        try (Worker worker = keeper.startWorker()) {
          await()
              .until(
                  () ->
                      test.number("select count(*) from items_embeddings where profile = 'fine'")
                          == 600);
        }
      }
      assertThat(test.number("select count(*) from items_embeddings where profile = 'dead'"))
          .isZero();
      assertThat(test.number("select count(*) from vectorkeeper.dead_letter")).isZero();
    }
  }

  @Test
  void an_exhausted_quota_pauses_the_profile_until_it_is_resumed() {
    rows(10, 1);
    try (StrictVendorServer server = StrictVendorServer.start("openai", 16)) {
      server.next(Play.QUOTA_EXHAUSTED);
      try (Vectorkeeper keeper =
          keeper(profile("remote", server, "openai", ""), "remote", Map.of())) {
        keeper.apply();
        try (Worker worker = keeper.startWorker()) {
          await().until(() -> keeper.status().collections().get(0).paused().isPresent());
          int before = server.requests().size();
          assertThat(keeper.status().collections().get(0).paused().get())
              .contains("openai")
              .doesNotContain(StrictVendorServer.KEY);
          assertThat(
                  test.number("select count(*) from vectorkeeper.dead_letter")
                      + test.number("select count(*) from vectorkeeper.retry"))
              .isZero();
          assertThat(keeper.catalog().resume("remote")).isTrue();
          await().until(() -> test.number("select count(*) from items_embeddings_active") == 10);
          assertThat(server.requests().size()).isGreaterThan(before);
        }
      }
    }
  }

  @Test
  void two_routes_to_one_model_share_a_space_and_embed_nothing_again() {
    rows(20, 1);
    try (StrictVendorServer openai = StrictVendorServer.start("openai", 16);
        StrictVendorServer openrouter = StrictVendorServer.start("openrouter", 16)) {
      String profiles =
          "  remote: {provider: [openrouter, openai], model: text-embedding-3-small, dimensions: 16}\n";
      Map<String, String> direct =
          Map.of(
              "OPENAI_API_KEY",
              StrictVendorServer.KEY,
              "OPENAI_EMBEDDINGS_URL",
              openai.baseUrl() + "/embeddings");
      try (Vectorkeeper keeper = keeper(profiles, "remote", direct)) {
        keeper.apply();
        try (Drain drain = keeper.drain()) {
          assertThat(drain.run(keeper.catalog().liveCollections()).embedded()).isEqualTo(20);
        }
      }
      Map<String, String> routed =
          Map.of(
              "OPENROUTER_API_KEY",
              StrictVendorServer.KEY,
              "OPENROUTER_EMBEDDINGS_URL",
              openrouter.baseUrl());
      try (Vectorkeeper keeper = keeper(profiles, "remote", routed)) {
        assertThat(keeper.plan().changes()).isEmpty();
        List<dev.vectorkeeper.catalog.Collection> all = keeper.startBackfill("items");
        try (Drain drain = keeper.drain()) {
          assertThat(drain.run(all).unchanged()).isEqualTo(20);
        }
        test.sql("update items set body = 'changed' where id = 1");
        try (Drain drain = keeper.drain()) {
          assertThat(drain.run(all).embedded()).isEqualTo(1);
        }
      }
      assertThat(openai.requests()).hasSize(1);
      assertThat(openrouter.requests()).hasSize(1);
    }
  }

  @Test
  void the_task_is_part_of_the_space_and_shown_in_the_view() {
    rows(3, 1);
    try (StrictVendorServer server = StrictVendorServer.start("jina", 16)) {
      String profiles = profile("remote", server, "jina", ", task: retrieval.passage");
      try (Vectorkeeper keeper = keeper(profiles, "remote", Map.of())) {
        keeper.apply();
        try (Drain drain = keeper.drain()) {
          drain.run(keeper.catalog().liveCollections());
        }
        assertThat(test.column("select distinct task from items_embeddings"))
            .containsExactly("retrieval.passage");
        assertThat(keeper.search().nearest("items", "fine", 1)).hasSize(1);
        assertThat(server.taskOf(server.requests().get(server.requests().size() - 1)))
            .isEqualTo("retrieval.query");
      }
      String other = profile("remote", server, "jina", ", task: text-matching");
      try (Vectorkeeper keeper = keeper(other, "remote", Map.of())) {
        assertThat(org.assertj.core.api.Assertions.catchThrowable(keeper::plan))
            .hasMessageContaining("must not mix");
      }
    }
  }

  @Test
  void provider_test_tells_what_came_back_and_a_wrong_key_gives_the_vendors_reason() {
    try (StrictVendorServer server = StrictVendorServer.start("cohere", 16)) {
      try (Vectorkeeper keeper =
          keeper(profile("remote", server, "cohere", ""), "remote", Map.of())) {
        ProviderTest.Result result = ProviderTest.run(keeper.providers(), "remote");
        assertThat(result.dimensions()).isEqualTo(16);
        assertThat(result.norm()).isBetween(0.999, 1.001);
        assertThat(result.tokens()).isPositive();
      }
      String wrong =
          profile("remote", server, "cohere", "")
              .replace(StrictVendorServer.KEY, "sk-wrong-canary");
      try (Vectorkeeper keeper = keeper(wrong, "remote", Map.of())) {
        assertThat(
                org.assertj.core.api.Assertions.catchThrowable(
                    () -> ProviderTest.run(keeper.providers(), "remote")))
            .hasMessageContaining("cohere answered 401")
            .hasMessageNotContaining("canary");
      }
    }
  }

  @Test
  void two_workers_share_a_limit_of_requests_a_minute() {
    rows(4_000, 1);
    test.sql("update items set body = 'fine ' || id");
    int seconds = FULL ? 60 : 8;
    try (StrictVendorServer server = StrictVendorServer.start("openai", 16)) {
      String profile =
          profile("remote", server, "openai", ", requests-per-minute: 600, max-inputs: 1");
      try (Vectorkeeper one = keeper(profile, "remote", Map.of());
          Vectorkeeper two = keeper(profile, "remote", Map.of())) {
        one.apply();
        try (Worker first = one.startWorker();
            Worker second = two.startWorker()) {
          await().until(() -> server.requests().size() > 20);
          long started = System.nanoTime();
          int before = server.requests().size();
          await()
              .pollDelay(Duration.ofSeconds(seconds))
              .atMost(Duration.ofSeconds(seconds + 5))
              .until(() -> true);
          double perMinute =
              (server.requests().size() - before) / ((System.nanoTime() - started) / 60e9);
          System.out.printf(
              "fleet limit of 600: %.0f requests a minute over %d s%n", perMinute, seconds);
          assertThat(perMinute).isBetween(600 * 0.9, 600 * 1.05 + 60.0 / seconds * 3);
        }
      }
    }
  }
}
