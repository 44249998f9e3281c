package dev.vectorkeeper.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.testing.Hold;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.StoredVectors;
import dev.vectorkeeper.testing.TestDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A worker's process killed with SIGKILL at each step: the next worker puts everything right. */
class WorkerCrashTest {
  private static final String VECTORS = "entries_scripted_vectors";
  private static final int NEVER = 1_000_000;
  private static final int BATCH = WorkerSettings.DEFAULT.batch();

  private final ScriptedProvider provider = new ScriptedProvider(8, 100);
  private final Queue<String> told = new ConcurrentLinkedQueue<>();
  private TestDatabase test;
  private Process child;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql("create table entries (id bigint primary key, body text)");
  }

  @AfterEach
  void close() {
    if (child != null) {
      child.destroyForcibly();
    }
    test.close();
  }

  private Setup entries(int rows) {
    insert(rows);
    return Setup.apply(
        test, provider, "  entries: {table: entries, text: body, collections: [scripted]}\n");
  }

  private void insert(int rows) {
    test.sql(
        "insert into entries select g, 'text ' || g from generate_series(1, %d) g".formatted(rows));
  }

  private void startChild(int standAt) throws IOException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            CrashingWorker.class.getName());
    builder.environment().put("CLASSPATH", classPath);
    child = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    PrintStream in = new PrintStream(child.getOutputStream(), true, StandardCharsets.UTF_8);
    in.println(test.url().jdbcUrl());
    in.println(test.url().properties().getProperty("user"));
    in.println(test.url().properties().getProperty("password"));
    in.println(standAt);
    BufferedReader out = child.inputReader(StandardCharsets.UTF_8);
    Thread reader = new Thread(() -> out.lines().forEach(told::add), "child's output");
    reader.setDaemon(true);
    reader.start();
  }

  private void kill() {
    child.destroyForcibly();
    child.onExit().join();
  }

  private void drainAfterTheLease(Setup setup) {
    await()
        .until(
            () -> {
              setup.drain();
              return setup.waiting() == 0;
            });
  }

  private List<String> answeredTwice() {
    List<String> twice = new ArrayList<>();
    for (String line : told) {
      String text = line.replace("answered ", "");
      if (provider.timesAnswered(text) > 0) {
        twice.add(text);
      }
    }
    return twice;
  }

  private void assertAllIsRight(Setup setup) {
    assertThat(setup.differences()).isEmpty();
    var stored = StoredVectors.of(test, VECTORS, "id");
    for (String row : test.column("select id || '/' || body from entries")) {
      String[] parts = row.split("/");
      assertThat(stored.get(parts[0])).as(row).isEqualTo(provider.vector(parts[1]));
    }
    assertThat(test.number("select count(*) from vectorkeeper.backfill_range")).isZero();
    assertThat(test.number("select count(*) from vectorkeeper.dead_letter")).isZero();
  }

  @Test
  void killed_in_the_middle_of_a_backfills_embedding() throws IOException {
    Setup setup = entries(1_000);
    startChild(8);
    await().until(() -> told.contains("standing"));
    kill();
    assertThat(setup.drain().embedded()).isEqualTo(1_000 - BATCH);
    drainAfterTheLease(setup);
    assertThat(answeredTwice()).as("only of the batch that was lost").hasSizeLessThan(BATCH);
    assertThat(setup.collection().state()).isEqualTo(Collection.State.READY);
    assertAllIsRight(setup);
  }

  @Test
  void killed_in_the_middle_of_embedding_changes() throws IOException {
    Setup setup = entries(0);
    setup.drain();
    insert(1_200);
    startChild(5);
    await().until(() -> told.contains("standing"));
    test.sql("update entries set body = 'newer' where id in (1, 300, 599)");
    test.sql("delete from entries where id in (2, 301, 600)");
    kill();
    drainAfterTheLease(setup);
    assertThat(answeredTwice()).as("only of the batch that was lost").hasSizeLessThan(BATCH);
    assertAllIsRight(setup);
  }

  @Test
  void killed_between_claim_and_read() throws IOException, SQLException {
    Setup setup = entries(0);
    setup.drain();
    insert(300);
    try (Connection session = test.session();
        Statement statement = session.createStatement()) {
      session.setAutoCommit(false);
      statement.execute("lock table entries in access exclusive mode");
      startChild(NEVER);
      await()
          .until(
              () ->
                  test.number("select count(*) from vectorkeeper.claim where token is not null") > 0
                      && test.number(
                              "select count(*) from pg_stat_activity where datname = current_database()"
                                  + " and wait_event_type = 'Lock' and query like '%source_1%'")
                          > 0);
      kill();
      session.rollback();
    }
    drainAfterTheLease(setup);
    assertThat(told).isEmpty();
    assertAllIsRight(setup);
  }

  @Test
  void killed_between_write_and_recheck_after_a_delete_and_a_text_that_went_back()
      throws IOException {
    Setup setup = entries(2);
    setup.drain();
    test.sql(
        "update entries set body = 'changed' where id = 1", "insert into entries values (3, 'x')");
    Hold finishing;
    try (Hold writing = Hold.on(test, VECTORS, "insert or update")) {
      startChild(NEVER);
      writing.awaitReached();
      test.sql(
          "update entries set body = 'text 1' where id = 1", "delete from entries where id = 3");
      assertThat(setup.drain().unchanged()).as("as if nothing had happened").isEqualTo(2);
      finishing = Hold.on(test, "vectorkeeper.collection_total", "insert or update");
    }
    try (finishing) {
      finishing.awaitReached();
      kill();
      assertThat(setup.differences())
          .as("the harm is done")
          .containsExactlyInAnyOrder("1 stale", "3 orphan");
    }
    drainAfterTheLease(setup);
    assertAllIsRight(setup);
  }

  @Test
  void killed_while_it_builds_the_index() throws IOException, SQLException {
    Setup setup = entries(200);
    try (Connection old = test.session();
        Statement statement = old.createStatement()) {
      old.setAutoCommit(false);
      old.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      statement.execute("select count(*) from entries");
      startChild(NEVER);
      await().until(() -> test.number("select count(*) from pg_index where not indisvalid") == 1);
      kill();
      test.sql(
          "select pg_terminate_backend(pid) from pg_stat_activity"
              + " where datname = current_database() and query like 'create index concurrently%'");
      old.rollback();
    }
    drainAfterTheLease(setup);
    assertThat(test.number("select count(*) from pg_index where not indisvalid")).isZero();
    assertThat(setup.collection().state()).isEqualTo(Collection.State.READY);
    assertThat(provider.requests()).as("the vectors were all there").isZero();
    assertAllIsRight(setup);
  }
}
