package dev.vectorkeeper.backfill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.config.Configuration;
import dev.vectorkeeper.provider.remote.Play;
import dev.vectorkeeper.provider.remote.StrictVendorServer;
import dev.vectorkeeper.queue.BatchResult;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.worker.Drain;
import dev.vectorkeeper.worker.WorkerSettings;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What may be asked of a backfill: which rows, how many, how fast, for how much. */
class BackfillOptionsPgTest {
  private static final boolean FULL = "full".equals(System.getProperty("vectorkeeper.size"));
  private static final int ROWS = FULL ? 5_000 : 600;

  @TempDir private Path directory;
  private TestDatabase test;
  private StrictVendorServer server;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql(
        "create table items (id int primary key, body text, lang text)",
        "insert into items select g, repeat('some words about number ' || g || ' ', 1 + g % 7),"
            + " case when g % 3 = 0 then 'de' else 'en' end from generate_series(1, "
            + ROWS
            + ") g");
    server = StrictVendorServer.start("openai", 16);
  }

  @AfterEach
  void close() {
    server.close();
    test.close();
  }

  private Vectorkeeper keeper() throws IOException {
    Path prices = directory.resolve("prices.yaml");
    Files.writeString(
        prices,
        "as-of: 2026-11\nusd-per-million-tokens:\n  openai: {\"%s\": 1000}\n"
            .formatted(server.model()));
    Properties user = test.url().properties();
    String yaml =
        "database: \"%s?user=%s&password=%s\"\nprices: \"%s\"\n"
                .formatted(
                    test.url().jdbcUrl(),
                    user.getProperty("user"),
                    user.getProperty("password", ""),
                    prices)
            + "profiles:\n  remote: {provider: openai, model: %s, dimensions: 16, api-key: %s, base-url: \"%s\", max-inputs: 10, concurrency: 8}\n"
                .formatted(server.model(), StrictVendorServer.KEY, server.baseUrl())
            + "sources:\n  items: {table: items, text: body, collections: [remote]}\n";
    Vectorkeeper keeper =
        Vectorkeeper.open(
            Configuration.parse("test.yaml", yaml, Map.of()),
            new Vectorkeeper.Directories(directory, directory),
            Map.of());
    keeper.apply();
    keeper.backfills().cancel("items", Optional.empty());
    return keeper;
  }

  private static BackfillOptions options(
      Integer last, Integer limit, String where, String budget, Double rate) {
    return new BackfillOptions(
        Optional.ofNullable(last).map(Integer::longValue),
        Optional.ofNullable(limit).map(Integer::longValue),
        Optional.ofNullable(where),
        Optional.ofNullable(budget).map(BigDecimal::new),
        Optional.ofNullable(rate));
  }

  private BatchResult run(Vectorkeeper keeper, BackfillOptions options) {
    keeper.startBackfill("items", Optional.empty(), options);
    return drain(keeper);
  }

  private static BatchResult drain(Vectorkeeper keeper) {
    try (Drain drain = keeper.drain()) {
      return drain.run(keeper.catalog().liveCollections());
    }
  }

  private long stored(String where) {
    return test.number(
        "select count(*) from items_embeddings join items using (id) where " + where);
  }

  @Test
  void the_newest_rows_alone() throws IOException {
    try (Vectorkeeper keeper = keeper()) {
      assertThat(run(keeper, options(25, null, null, null, null)).embedded()).isEqualTo(25);
      assertThat(stored("id > " + (ROWS - 25))).isEqualTo(25);
      assertThat(keeper.status().collections().get(0).backfill().orElseThrow().rowsExpected())
          .isEqualTo(25);
    }
  }

  @Test
  void so_many_rows_and_the_next_time_the_next_ones() throws IOException {
    try (Vectorkeeper keeper = keeper()) {
      BackfillOptions forty = options(null, 40, null, null, null);
      assertThat(run(keeper, forty).embedded()).isEqualTo(40);
      assertThat(stored("id <= 40")).isEqualTo(40);
      assertThat(run(keeper, forty).embedded()).isEqualTo(40);
      assertThat(stored("id <= 80")).isEqualTo(80);
      assertThat(run(keeper, BackfillOptions.NONE).embedded()).isEqualTo(ROWS - 80);
    }
  }

  @Test
  void only_rows_that_pass_a_condition() throws IOException {
    try (Vectorkeeper keeper = keeper()) {
      run(keeper, options(null, null, "lang = 'de' -- the Germans", null, null));
      assertThat(stored("lang = 'de'")).isEqualTo(ROWS / 3);
      assertThat(stored("lang <> 'de'")).isZero();
      assertThatThrownBy(
              () ->
                  keeper.startBackfill(
                      "items", Optional.empty(), options(null, null, "langs = 1", null, null)))
          .hasMessageContaining("\"langs = 1\" cannot be asked of the rows of items")
          .hasMessageContaining("langs");
    }
  }

  @Test
  void a_budget_is_never_exceeded_with_eight_requests_in_flight() throws IOException {
    try (Vectorkeeper keeper = keeper()) {
      Estimate all =
          keeper.backfills().estimate("items", Optional.empty(), BackfillOptions.NONE).get(0);
      BigDecimal budget =
          all.usd().orElseThrow().divide(BigDecimal.valueOf(3), MathContext.DECIMAL32);
      server.latency(Duration.ofMillis(20));
      keeper.startBackfill(
          "items", Optional.empty(), options(null, null, null, budget.toPlainString(), null));
      // Short ranges, so that eight requests are under way before the money is spent.
      try (Drain drain =
          new Drain(keeper.database(), keeper.providers(), WorkerSettings.DEFAULT.withBatch(20))) {
        drain.run(keeper.catalog().liveCollections());
      }

      BigDecimal billed = billed();
      assertThat(billed).isLessThanOrEqualTo(budget);
      assertThat(billed).isGreaterThan(budget.multiply(new BigDecimal("0.9")));
      assertThat(server.mostInFlight()).isBetween(FULL ? 8 : 2, 8);
      Progress progress = keeper.status().collections().get(0).backfill().orElseThrow();
      assertThat(progress.state()).isEqualTo("paused");
      assertThat(progress.pausedWhy().orElseThrow()).contains("USD are spent");
      assertThat(stored("true")).isBetween(ROWS / 4L, ROWS / 2L);
      assertThat(progress.result().usage().usd()).isEqualByComparingTo(billed);

      assertThatThrownBy(
              () -> keeper.startBackfill("items", Optional.empty(), BackfillOptions.NONE))
          .hasMessageContaining("The backfill of items/remote is paused");
      keeper
          .backfills()
          .resume("items", Optional.empty(), Optional.of(all.usd().get().multiply(BigDecimal.TEN)));
      drain(keeper);
      assertThat(stored("true")).isEqualTo(ROWS);
      assertThat(billed()).isEqualByComparingTo(all.usd().get());
    }
  }

  @Test
  void a_service_that_fails_may_have_been_paid_all_the_same() throws IOException {
    try (Vectorkeeper keeper = keeper()) {
      Estimate all =
          keeper.backfills().estimate("items", Optional.empty(), BackfillOptions.NONE).get(0);
      server.script(request -> server.requests().size() % 4 == 0 ? Play.SERVER_ERROR : Play.ANSWER);
      run(
          keeper,
          options(
              null,
              null,
              null,
              all.usd().get().divide(BigDecimal.valueOf(2), MathContext.DECIMAL32).toPlainString(),
              null));
      assertThat(billed())
          .isLessThanOrEqualTo(
              all.usd().get().divide(BigDecimal.valueOf(2), MathContext.DECIMAL32));
      assertThat(
              test.column("select reserved_usd from vectorkeeper.backfill where state = 'paused'"))
          .allMatch(reserved -> new BigDecimal(reserved).signum() == 0);
    }
  }

  /** What the server counts, failed requests included. */
  private BigDecimal billed() {
    long tokens = server.requests().stream().mapToLong(request -> request.tokens()).sum();
    return new BigDecimal(tokens).movePointLeft(3);
  }

  @Test
  void a_dry_run_tells_what_the_run_then_uses() throws IOException {
    test.sql("update items set body = 'the same' where id % 10 = 0");
    try (Vectorkeeper keeper = keeper()) {
      Estimate estimate =
          keeper.backfills().estimate("items", Optional.empty(), BackfillOptions.NONE).get(0);
      assertThat(server.requests()).isEmpty();
      assertThat(estimate.rows()).isEqualTo(ROWS);
      assertThat(estimate.texts()).isEqualTo(ROWS - ROWS / 10 + 1);
      assertThat(estimate.exactTokens()).isTrue();

      BatchResult result = run(keeper, BackfillOptions.NONE);
      assertThat(result.embedded()).isEqualTo(ROWS);
      assertThat((double) result.usage().tokens())
          .isCloseTo(estimate.tokens(), within(estimate.tokens() * 0.05));
      assertThat(result.usage().usd().doubleValue())
          .isCloseTo(
              estimate.usd().orElseThrow().doubleValue(),
              within(estimate.usd().get().doubleValue() * 0.05));
      assertThat(
              keeper
                  .backfills()
                  .estimate("items", Optional.empty(), BackfillOptions.NONE)
                  .get(0)
                  .rows())
          .isZero();
    }
  }

  @Test
  void no_faster_than_is_asked_for() throws IOException {
    try (Vectorkeeper keeper = keeper()) {
      long start = System.nanoTime();
      run(keeper, options(null, 90, null, null, 30.0));
      assertThat((System.nanoTime() - start) / 1e9).isGreaterThan(1.9);
      assertThat(stored("true")).isEqualTo(90);
    }
  }

  @Test
  void a_backfill_can_be_held_and_ended() throws IOException {
    try (Vectorkeeper keeper = keeper()) {
      keeper.startBackfill("items", Optional.empty(), BackfillOptions.NONE);
      assertThat(keeper.backfills().pause("items", Optional.of("remote"))).hasSize(1);
      assertThat(drain(keeper).embedded()).isZero();
      test.sql("insert into items values (1000000, 'live changes go on', 'en')");
      assertThat(drain(keeper).embedded()).isEqualTo(1);
      assertThat(keeper.backfills().resume("items", Optional.empty(), Optional.empty())).hasSize(1);
      assertThat(keeper.backfills().cancel("items", Optional.empty())).hasSize(1);
      assertThat(keeper.backfills().cancel("items", Optional.empty())).isEmpty();
      assertThat(run(keeper, BackfillOptions.NONE).embedded()).isEqualTo(ROWS);
      assertThatThrownBy(
              () -> keeper.startBackfill("items", Optional.of("none"), BackfillOptions.NONE))
          .hasMessageContaining("no collection under the profile none; it has remote.");
    }
  }
}
