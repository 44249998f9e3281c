package dev.vectorkeeper.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.queue.Activity.Stretch;
import dev.vectorkeeper.queue.Activity.Took;
import dev.vectorkeeper.testing.TestDatabase;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What was done over time adds up, and goes when it is old. */
class ActivityPgTest {
  private static final Took TOOK =
      new Took(Optional.of(Duration.ofMillis(200)), Optional.of(Duration.ofSeconds(1)), true);

  private static void add(TestDatabase test, int embedded) {
    BatchResult result =
        new BatchResult(
            embedded, 1, 2, 0, 3, 0, new Usage(1, 0, embedded, 70, new BigDecimal("0.001")));
    test.database().jdbi().useTransaction(handle -> Activity.add(handle, 1, result, TOOK));
  }

  @Test
  void passes_add_up_by_minute_and_hour_and_old_ones_go() {
    try (TestDatabase test = TestDatabase.create()) {
      test.sql(
          "insert into vectorkeeper.profile (name, provider, model, dimensions, shape, fingerprint) values ('p', 'x', 'm', 8, '{}', 'f')",
          "insert into vectorkeeper.source (name, relation, table_schema, table_name, key_columns, captured_columns, definition, sync, all_view, active_view) values ('s', 1, 'public', 's', '[]', '[]', '{}', 'realtime', '{}', '{}')",
          "insert into vectorkeeper.collection (source_id, profile_id, table_schema, table_name, index_definition, state) values (1, 1, 'public', 'v', '{}', 'ready')",
          "insert into vectorkeeper.activity (collection_id, step, at, freshness, latency) select 1, s, now() - age, '{}', '{}' from (values ('minute', interval '3 days'), ('minute', interval '1 day'), ('hour', interval '399 days'), ('hour', interval '401 days')) o (s, age)");
      add(test, 10);
      add(test, 30);
      assertThat(
              test.number(
                  "select count(*) from vectorkeeper.activity where at < now() - interval '20 hours'"))
          .as("the older of each sort is gone")
          .isEqualTo(2);
      assertThat(test.number("select sum(embedded) from vectorkeeper.activity where step = 'hour'"))
          .isEqualTo(40);
      Instant from = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(1, ChronoUnit.HOURS);
      List<Stretch> hours =
          test.database()
              .jdbi()
              .withHandle(handle -> Activity.of(handle, List.of(1), from, Duration.ofHours(2)));
      assertThat(hours).hasSize(1);
      Stretch stretch = hours.get(0);
      assertThat(stretch.embedded()).isEqualTo(40);
      assertThat(stretch.failed()).isEqualTo(6);
      assertThat(stretch.troubles()).isEqualTo(2);
      assertThat(stretch.usd()).isEqualByComparingTo("0.002");
      assertThat(stretch.freshness().p50().orElseThrow()).isBetween(0.125, 0.25);
      assertThat(stretch.latency().p95().orElseThrow()).isBetween(0.5, 1.0);
    }
  }
}
