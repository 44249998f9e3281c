package dev.vectorkeeper.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.queue.BatchResult;
import dev.vectorkeeper.testing.Gate;
import dev.vectorkeeper.testing.Hold;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.StoredVectors;
import dev.vectorkeeper.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Changes that come while a vector is on its way: the newest text wins, whatever the order. */
class FencingPgTest {
  private static final String VECTORS = "entries_scripted_vectors";

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

  private Setup entries(String more) {
    test.sql("create table entries (id bigint primary key, body text)");
    Setup setup =
        Setup.apply(
            test,
            provider,
            "  entries:\n    table: entries\n    text: body\n    collections: [scripted]\n" + more);
    setup.drain();
    return setup;
  }

  /** Lets a pass run until it stands before the provider with a text. */
  private CompletableFuture<BatchResult> passAt(Gate gate, Setup setup) {
    provider.before(gate);
    CompletableFuture<BatchResult> pass = CompletableFuture.supplyAsync(setup::drain);
    gate.awaitReached();
    return pass;
  }

  private void assertStored(long id, String text) {
    assertThat(StoredVectors.of(test, VECTORS, "id").get(Long.toString(id)))
        .isEqualTo(provider.vector(text));
  }

  @Test
  void an_update_during_a_slow_embedding_wins_when_it_is_stored_first() {
    Setup setup = entries("");
    test.sql("insert into entries values (1, 'old')");
    Gate gate = Gate.before("old"::equals);
    var slow = passAt(gate, setup);
    test.sql("update entries set body = 'new'");
    assertThat(setup.drain().embedded()).isEqualTo(1);
    gate.open();
    slow.join();
    assertStored(1, "new");
    assertThat(setup.differences()).isEmpty();
    assertThat(setup.waiting()).isZero();
  }

  @Test
  void an_update_during_a_slow_embedding_wins_when_nobody_else_works() {
    Setup setup = entries("");
    test.sql("insert into entries values (1, 'old')");
    Gate gate = Gate.before("old"::equals);
    var slow = passAt(gate, setup);
    test.sql("update entries set body = 'new'");
    gate.open();
    slow.join();
    assertStored(1, "new");
    assertThat(setup.waiting()).isZero();
  }

  @Test
  void a_delete_during_a_slow_embedding_does_not_wait_and_leaves_no_orphan() {
    Setup setup = entries("");
    test.sql("insert into entries values (1, 'old'), (2, 'other')");
    Gate gate = Gate.before("old"::equals);
    var slow = passAt(gate, setup);
    test.sql("set lock_timeout = '1ms'; delete from entries where id = 1");
    assertThat(setup.drain().embedded()).isZero();
    gate.open();
    slow.join();
    assertThat(StoredVectors.of(test, VECTORS, "id")).containsOnlyKeys("2");
    assertThat(setup.waiting()).isZero();
  }

  @Test
  void a_delete_that_commits_while_the_write_is_open_does_not_wait_and_leaves_no_orphan() {
    Setup setup = entries("");
    test.sql("insert into entries values (1, 'old')");
    CompletableFuture<BatchResult> writing;
    try (Hold hold = Hold.on(test, VECTORS, "insert or update")) {
      writing = CompletableFuture.supplyAsync(setup::drain);
      hold.awaitReached();
      test.sql("set lock_timeout = '1ms'; delete from entries where id = 1");
      assertThat(setup.drain().processed()).as("nothing is stored yet").isEqualTo(1);
    }
    writing.join();
    setup.drain();
    assertThat(StoredVectors.of(test, VECTORS, "id")).isEmpty();
    assertThat(setup.waiting()).isZero();
  }

  @Test
  void a_text_that_goes_back_while_the_write_is_open_is_right_in_the_end() {
    Setup setup = entries("");
    test.sql("insert into entries values (1, 'v0')");
    setup.drain();
    test.sql("update entries set body = 'v1'");
    CompletableFuture<BatchResult> writing;
    try (Hold hold = Hold.on(test, VECTORS, "insert or update")) {
      writing = CompletableFuture.supplyAsync(setup::drain);
      hold.awaitReached();
      test.sql("update entries set body = 'v0'");
      assertThat(setup.drain().unchanged()).as("v0 is still stored").isEqualTo(1);
    }
    writing.join();
    setup.drain();
    assertStored(1, "v0");
    assertThat(setup.differences()).isEmpty();
    assertThat(setup.waiting()).isZero();
  }

  @Test
  void a_truncate_during_a_slow_embedding_leaves_no_orphan() {
    Setup setup = entries("");
    test.sql("insert into entries select g, 'text ' || g from generate_series(1, 60) g");
    setup.drain();
    test.sql("update entries set body = 'new ' || id");
    Gate gate = Gate.before("new 1"::equals);
    var slow = passAt(gate, setup);
    test.sql("truncate entries", "insert into entries values (3, 'again')");
    setup.drain();
    gate.open();
    slow.join();
    assertThat(StoredVectors.of(test, VECTORS, "id")).containsOnlyKeys("3");
    assertStored(3, "again");
  }

  @Test
  void a_worker_whose_lease_ran_out_and_was_taken_over_writes_nothing() {
    Setup setup = entries("");
    test.sql("insert into entries values (1, 'text')");
    Gate gate = Gate.before("text"::equals);
    var late = passAt(gate, setup);
    test.sql("update vectorkeeper.claim set expires_at = clock_timestamp() - interval '1 second'");
    assertThat(setup.drain().embedded()).isEqualTo(1);
    String stored = test.column("select xmin || ' ' || created_at from " + VECTORS).get(0);
    gate.open();
    late.join();
    assertThat(test.column("select xmin || ' ' || created_at from " + VECTORS))
        .containsExactly(stored);
    assertThat(setup.waiting()).isZero();
  }

  @Test
  void a_lease_that_ran_out_untaken_leaves_the_work_to_the_next() {
    Setup setup = entries("");
    test.sql("insert into entries values (1, 'text')");
    Gate gate = Gate.before("text"::equals);
    var late = passAt(gate, setup);
    test.sql("update vectorkeeper.claim set token = gen_random_uuid()");
    gate.open();
    late.join();
    test.sql("update vectorkeeper.claim set expires_at = clock_timestamp()");
    setup.drain();
    assertStored(1, "text");
    assertThat(setup.waiting()).isZero();
  }

  @Test
  void a_late_worker_with_a_shorter_text_leaves_the_newer_chunks_alone() {
    Setup setup = entries("    chunking: {max-tokens: 16, overlap: 0}\n");
    test.sql("insert into entries values (1, 'short')");
    Gate gate = Gate.before("short"::equals);
    var slow = passAt(gate, setup);
    test.sql("update entries set body = repeat('A long text of several sentences. ', 12)");
    setup.drain();
    var chunks = test.column("select chunk from " + VECTORS + " order by chunk");
    assertThat(chunks).hasSizeGreaterThan(3);
    gate.open();
    slow.join();
    assertThat(test.column("select chunk from " + VECTORS + " order by chunk")).isEqualTo(chunks);
  }

  @Test
  void with_a_foreign_key_a_delete_during_the_embedding_or_the_write_leaves_no_orphan() {
    Setup setup = entries("    placement: {foreign-key: cascade}\n");
    test.sql("insert into entries values (1, 'one'), (2, 'two'), (3, 'three')");
    Gate gate = Gate.before("one"::equals);
    var slow = passAt(gate, setup);
    test.sql("set lock_timeout = '1ms'; delete from entries where id = 1");
    try (Hold hold = Hold.on(test, VECTORS, "insert")) {
      gate.open();
      hold.awaitReached();
      test.sql("set lock_timeout = '1ms'; delete from entries where id = 2");
    }
    slow.join();
    setup.drain();
    assertThat(StoredVectors.of(test, VECTORS, "id")).containsOnlyKeys("3");
    assertThat(setup.waiting()).isZero();
  }

  @Test
  void with_a_foreign_key_the_write_waits_for_an_open_delete_and_heeds_how_it_ends()
      throws SQLException {
    Setup setup = entries("    placement: {foreign-key: cascade}\n");
    test.sql("insert into entries values (1, 'one'), (2, 'two')");
    for (boolean commits : new boolean[] {false, true}) {
      try (Connection user = test.session();
          Statement statement = user.createStatement()) {
        user.setAutoCommit(false);
        test.sql("update entries set body = body || '!'");
        statement.execute("delete from entries where id = 1");
        var writing = CompletableFuture.supplyAsync(setup::drain);
        awaitBlocked();
        if (commits) {
          user.commit();
        } else {
          user.rollback();
        }
        writing.join();
      }
      setup.drain();
      assertThat(setup.differences()).isEmpty();
      assertThat(test.number("select count(*) from " + VECTORS)).isEqualTo(commits ? 1 : 2);
    }
  }

  private void awaitBlocked() {
    await()
        .until(
            () ->
                test.number(
                        "select count(*) from pg_stat_activity"
                            + " where datname = current_database() and wait_event_type = 'Lock'")
                    > 0);
  }
}
