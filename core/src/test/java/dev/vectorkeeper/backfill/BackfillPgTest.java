package dev.vectorkeeper.backfill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.queue.BatchResult;
import dev.vectorkeeper.store.VectorIndex;
import dev.vectorkeeper.testing.Gate;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.worker.Worker;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Backfills that are shared, broken off and overtaken by changes; and the index at their end. */
class BackfillPgTest {
  private static final Duration LEASE = Duration.ofMinutes(1);

  private final ScriptedProvider provider = new ScriptedProvider(8, 100);
  private TestDatabase test;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
  }

  @AfterEach
  void close() {
    test.close();
  }

  private Setup entries(int rows) {
    test.sql(
        "create table entries (id bigint primary key, body text)",
        "insert into entries select g, 'text ' || g from generate_series(1, %d) g".formatted(rows));
    return Setup.apply(
        test, provider, "  entries: {table: entries, text: body, collections: [scripted]}\n");
  }

  private Optional<RangeBatch> claim(Backfills backfills, int rows) {
    return test.database()
        .jdbi()
        .inTransaction(handle -> backfills.claim(handle, "tester", rows, LEASE));
  }

  private List<Integer> sizes(Setup setup, int rows) {
    Backfills backfills = new Backfills(setup.collection());
    List<Integer> sizes = new ArrayList<>();
    for (var range = claim(backfills, rows); range.isPresent(); range = claim(backfills, rows)) {
      sizes.add(range.get().keys().size());
    }
    return sizes;
  }

  @Test
  void ranges_are_even_on_skewed_keys() {
    test.sql(
        "create table entries (id bigint primary key, body text)",
        "insert into entries select case when g % 2 = 0 then g else power(1.02, g)::bigint * 4 + 1 end, 'x' from generate_series(1, 1000) g on conflict do nothing",
        "delete from entries where id between 100 and 5000");
    Setup setup =
        Setup.apply(
            test, provider, "  entries: {table: entries, text: body, collections: [scripted]}\n");
    long rows = test.number("select count(*) from entries");
    List<Integer> sizes = sizes(setup, 50);
    assertThat(sizes.stream().mapToInt(Integer::intValue).sum()).isEqualTo((int) rows);
    assertThat(sizes.subList(0, sizes.size() - 1)).allMatch(size -> size == 50);
  }

  @Test
  void ranges_are_even_on_composite_keys_with_few_first_values() {
    test.sql(
        "create table entries (shop int, code text, body text, primary key (shop, code))",
        "insert into entries select g % 2, 'c' || g, 'x ' || g from generate_series(1, 730) g");
    Setup setup =
        Setup.apply(
            test, provider, "  entries: {table: entries, text: body, collections: [scripted]}\n");
    assertThat(sizes(setup, 100)).containsExactly(100, 100, 100, 100, 100, 100, 100, 30);
    test.sql("update vectorkeeper.backfill_range set expires_at = clock_timestamp()");
    setup.drain();
    assertThat(test.number("select count(*) from entries_embeddings_active")).isEqualTo(730);
    assertThat(provider.timesAnswered("x 1")).isEqualTo(1);
  }

  @Test
  void a_range_whose_holder_is_gone_is_taken_over_first() {
    Setup setup = entries(300);
    Backfills backfills = new Backfills(setup.collection());
    RangeBatch lost = claim(backfills, 100).orElseThrow();
    test.sql("update vectorkeeper.backfill_range set expires_at = clock_timestamp()");
    RangeBatch taken = claim(backfills, 100).orElseThrow();
    assertThat(taken.keys()).isEqualTo(lost.keys());
    test.database()
        .jdbi()
        .useTransaction(
            handle -> {
              assertThat(lost.isHeld(handle)).isFalse();
              assertThat(taken.isHeld(handle)).isTrue();
              lost.renew(handle, LEASE);
              lost.complete(handle, BatchResult.NONE);
              lost.release(handle, Duration.ZERO);
              assertThat(taken.isHeld(handle)).as("the late holder changes nothing").isTrue();
              taken.release(handle, Duration.ZERO);
            });
    assertThat(setup.drain().embedded()).isEqualTo(300);
    assertThat(setup.differences()).isEmpty();
  }

  @Test
  void rows_that_come_go_and_change_during_a_backfill_are_covered() {
    Setup setup = entries(700);
    Gate gate = Gate.before("text 1"::equals);
    provider.before(gate);
    var backfill = CompletableFuture.supplyAsync(setup::drain);
    gate.awaitReached();
    test.sql(
        "insert into entries values (-5, 'before all'), (900, 'after all')",
        "update entries set id = id - 10000 where id between 600 and 620",
        "update entries set body = 'changed' where id in (1, 300, 699)",
        "delete from entries where id in (2, 301, 698)");
    gate.open();
    backfill.join();
    setup.drain();
    assertThat(setup.differences()).isEmpty();
    assertThat(test.number("select count(*) from entries_embeddings_active")).isEqualTo(699);
    assertThat(setup.waiting()).isZero();
  }

  @Test
  void two_workers_on_10000_rows_have_each_text_answered_once_and_a_valid_index() {
    Setup setup = entries(10_000);
    try (Database second = Database.open(test.url(), 8);
        Worker one = setup.worker();
        Worker two = setup.worker(second)) {
      await().until(() -> setup.collection().state() == Collection.State.READY);
    }
    for (int i = 1; i <= 10_000; i++) {
      assertThat(provider.timesAnswered("text " + i)).isEqualTo(1);
    }
    assertThat(setup.differences()).isEmpty();
    assertThat(invalidIndexes()).isZero();
    assertThat(new VectorIndex(setup.collection(), test.database()).isReady()).isTrue();
    Progress progress =
        test.database()
            .jdbi()
            .withHandle(handle -> new Backfills(setup.collection()).progress(handle))
            .orElseThrow();
    assertThat(progress.rowsDone()).isEqualTo(10_000);
    assertThat(progress.result().embedded()).isEqualTo(10_000);
    assertThat(progress.isRunning()).isFalse();
  }

  private long invalidIndexes() {
    return test.number("select count(*) from pg_index where not indisvalid");
  }

  @Test
  void an_invalid_index_that_was_left_behind_is_built_anew() {
    Setup setup = entries(50);
    setup.drain();
    VectorIndex index = new VectorIndex(setup.collection(), test.database());
    test.sql(
        "update pg_index set indisvalid = false where indexrelid = '"
            + index.name().sql()
            + "'::regclass");
    String broken = test.column("select '" + index.name().sql() + "'::regclass::oid").get(0);
    assertThat(index.isReady()).isFalse();
    index.ensure();
    assertThat(index.isReady()).isTrue();
    assertThat(test.column("select '" + index.name().sql() + "'::regclass::oid"))
        .doesNotContain(broken);
  }

  @Test
  void many_processes_that_finish_at_once_build_one_index_and_do_not_block_each_other() {
    Setup setup = entries(3_000);
    setup.drain();
    Collection collection = setup.collection();
    for (int round = 0; round < 3; round++) {
      test.sql("drop index " + new VectorIndex(collection, test.database()).name().sql());
      CompletableFuture.allOf(
              IntStream.range(0, 4)
                  .mapToObj(i -> CompletableFuture.runAsync(() -> ensureFromElsewhere(collection)))
                  .toArray(CompletableFuture[]::new))
          .orTimeout(30, java.util.concurrent.TimeUnit.SECONDS)
          .join();
      assertThat(new VectorIndex(collection, test.database()).isReady()).isTrue();
      assertThat(invalidIndexes()).isZero();
    }
  }

  private void ensureFromElsewhere(Collection collection) {
    try (Database elsewhere = Database.open(test.url(), 2)) {
      new VectorIndex(collection, elsewhere).ensure();
    }
  }

  @Test
  void changes_are_in_step_while_the_index_is_being_built() throws SQLException {
    Setup setup = entries(100);
    try (Connection old = test.session();
        Statement statement = old.createStatement()) {
      old.setAutoCommit(false);
      old.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      statement.execute("select count(*) from entries");
      try (Worker worker = setup.worker()) {
        await().until(this::indexIsBeingBuilt);
        for (int i = 1; i <= 4; i++) {
          test.sql("update entries set body = 'new " + i + "' where id = " + i);
          await().until(() -> setup.differences().isEmpty());
        }
        assertThat(setup.collection().state()).isEqualTo(Collection.State.BUILDING);
        old.rollback();
        await().until(() -> setup.collection().state() == Collection.State.READY);
      }
    }
    assertThat(invalidIndexes()).isZero();
  }

  private boolean indexIsBeingBuilt() {
    return test.number(
            "select count(*) from pg_stat_progress_create_index where datname = current_database()")
        > 0;
  }
}
