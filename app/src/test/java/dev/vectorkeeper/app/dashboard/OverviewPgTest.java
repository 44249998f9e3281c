package dev.vectorkeeper.app.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vectorkeeper.app.server.Served;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.TestDatabase;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The overview of many large sources: read from statistics, at once, whoever holds the tables. */
class OverviewPgTest {
  private static final boolean FULL = "full".equals(System.getProperty("vectorkeeper.size"));
  private static final int SOURCES = FULL ? 50 : 3;
  private static final int ROWS = 200_000;

  /** With other tests beside it on the same cores only that nothing waits can be asked. */
  private static final Duration QUICK = Duration.ofSeconds(FULL ? 1 : 10);

  private TestDatabase test;
  private Served served;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    IntStream.rangeClosed(1, SOURCES)
        .forEach(i -> test.sql("create table t%d (id int primary key, body text)".formatted(i)));
    String sources =
        IntStream.rangeClosed(1, SOURCES)
            .mapToObj("  t%1$d: {table: t%1$d, text: body, collections: [small]}\n"::formatted)
            .collect(Collectors.joining());
    served =
        Served.of(
            test,
            "profiles:\n  small: {provider: application, model: small, dimensions: 8}\nsources:\n"
                + sources
                + "server: {port: 0}\n",
            Map.of(),
            Map.of("small", new ScriptedProvider(8, 16)));
    await()
        .until(
            () ->
                test.number("select count(*) from vectorkeeper.collection where state = 'ready'")
                    == SOURCES);
    test.sql(
        "update pg_class set reltuples = %d where relname ~ '^t[0-9]+(_small_vectors)?$'"
            .formatted(ROWS),
        "insert into vectorkeeper.activity (collection_id, step, at, embedded, usd, freshness, latency) select c, 'hour', date_trunc('hour', now()) - n * interval '1 hour', 1000, 0.25, array_fill(9::bigint, array[24]), array_fill(9::bigint, array[24]) from generate_series(1, %d) c, generate_series(0, 700) n on conflict do nothing"
            .formatted(SOURCES),
        "insert into vectorkeeper.dead_letter (collection_id, key, attempts, error_code, error_message) select 1, i::text, 1, 'VK-P08', 'no' from generate_series(1, 1000) i");
  }

  @AfterEach
  void close() {
    served.close();
    test.close();
  }

  @Test
  void the_overview_of_many_rows_comes_at_once_and_waits_for_no_table() throws Exception {
    JsonNode cold = served.get("/v1/overview").json();
    assertThat(cold.get("collections")).hasSize(SOURCES);
    try (Connection session = test.session();
        Statement statement = session.createStatement()) {
      session.setAutoCommit(false);
      statement.execute("set local statement_timeout = '20s'");
      for (int i = 1; i <= SOURCES; i++) {
        statement.execute(
            "lock table t%1$d, t%1$d_small_vectors in access exclusive mode".formatted(i));
      }
      long started = System.nanoTime();
      JsonNode overview = served.get("/v1/overview").json();
      Duration took = Duration.ofNanos(System.nanoTime() - started);
      assertThat(took).as("of the answer").isLessThan(QUICK);
      JsonNode first = overview.at("/collections/0");
      assertThat(first.get("rows").asLong()).isEqualTo(ROWS + 1000);
      assertThat(first.get("outstanding").asLong()).isEqualTo(1000);
      assertThat(first.at("/spend/month").asDouble()).isPositive();
      assertThat(first.at("/freshness/p95").asDouble()).isPositive();
      assertThat(overview.at("/attention/0/code").asText()).isEqualTo("dead-letters");
      if (Browser.program().isPresent()) {
        load();
      }
    }
  }

  /** From the first byte that is asked for to the table on the screen. */
  private void load() {
    try (Browser browser = Browser.start()) {
      browser.open(served.address() + "/");
      browser.awaitText("Needs a hand");
      browser.open(served.address() + "/");
      browser.awaitTrue(
          "Boolean(window.shown ||= document.querySelectorAll('tbody tr').length === %d && performance.now())"
              .formatted(SOURCES));
      double millis = browser.run("window.shown").asDouble();
      System.out.printf("The overview of %d sources was shown after %.0f ms.%n", SOURCES, millis);
      assertThat(millis).isLessThan(QUICK.toMillis());
    }
  }
}
