package dev.vectorkeeper.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.testing.Gate;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.TestDatabase;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a worker leaves behind when it is told to stop in the middle of its work. */
class SignalPgTest {
  private final ScriptedProvider provider = new ScriptedProvider(8, 100);
  private TestDatabase test;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql("create table entries (id bigint primary key, body text)");
  }

  @AfterEach
  void close() {
    test.close();
  }

  private Setup entries() {
    return Setup.apply(
        test, provider, "  entries: {table: entries, text: body, collections: [scripted]}\n");
  }

  private void insert(int rows) {
    test.sql(
        "insert into entries select g, 'text ' || g from generate_series(1, %d) g".formatted(rows));
  }

  private long held() {
    return test.number(
        "select (select count(*) from vectorkeeper.claim where token is not null and expires_at > clock_timestamp())"
            + " + (select count(*) from vectorkeeper.backfill_range where expires_at > clock_timestamp())");
  }

  @Test
  void a_batch_under_way_is_finished_and_no_other_is_begun() {
    Setup setup = entries();
    setup.drain();
    provider.concurrency(1);
    Gate gate = Gate.before("text 1"::equals);
    provider.before(gate);
    try (Worker worker = setup.worker()) {
      insert(1_000);
      gate.awaitReached();
      var closing = CompletableFuture.runAsync(worker::close);
      gate.open();
      closing.join();
    }
    assertThat(held()).isZero();
    assertThat(test.number("select count(*) from entries_embeddings")).isPositive();
    assertThat(test.number("select count(*) from vectorkeeper.idle_worker")).isZero();
    setup.drain();
    assertThat(setup.differences()).isEmpty();
    assertThat(provider.timesAnswered("text 1")).isEqualTo(1);
  }

  @Test
  void a_change_or_a_range_that_takes_too_long_is_given_back() {
    insert(400);
    Setup setup = entries();
    provider.concurrency(2);
    Gate range = Gate.before("text 1"::equals);
    Gate change = Gate.before("changed"::equals);
    provider.before(
        texts -> {
          range.accept(texts);
          change.accept(texts);
        });
    try (Worker worker = setup.worker()) {
      range.awaitReached();
      test.sql("update entries set body = 'changed' where id = 400");
      change.awaitReached();
    }
    assertThat(held()).isZero();
    assertThat(setup.differences()).contains("1 missing");
    setup.drain();
    assertThat(setup.differences()).isEmpty();
    assertThat(setup.waiting()).isZero();
  }

  @Test
  void a_worker_that_waits_idle_stops_at_once_and_takes_its_mark_along() {
    Setup setup = entries();
    Worker worker = setup.worker();
    org.awaitility.Awaitility.await()
        .until(() -> test.number("select count(*) from vectorkeeper.idle_worker") == 1);
    worker.close();
    assertThat(test.number("select count(*) from vectorkeeper.idle_worker")).isZero();
    assertThat(held()).isZero();
  }
}
