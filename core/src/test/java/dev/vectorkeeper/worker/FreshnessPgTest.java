package dev.vectorkeeper.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** From a commit to the stored vector, and who is notified on the way. */
class FreshnessPgTest {
  private static final String IDLE =
      "select count(*) from vectorkeeper.idle_worker where idle_until > clock_timestamp()";

  private final ScriptedProvider provider = new ScriptedProvider(8, 100);
  private TestDatabase test;
  private Setup setup;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql(
        "create table entries (id bigint primary key, body text)",
        "insert into entries select g, 'text ' || g from generate_series(1, 100) g");
    setup =
        Setup.apply(
            test, provider, "  entries: {table: entries, text: body, collections: [scripted]}\n");
    setup.drain();
  }

  @AfterEach
  void close() {
    test.close();
  }

  /** A worker that asks to be notified after so long without a change. */
  private Worker worker(Duration linger) {
    WorkerSettings quick = Setup.QUICK;
    Worker worker =
        new Worker(
            test.database(),
            setup.providers(),
            new WorkerSettings(
                quick.batch(),
                quick.lease(),
                quick.busyPoll(),
                quick.idlePoll(),
                linger,
                quick.retryBase(),
                quick.reconcileEvery(),
                quick.canariesEvery(),
                quick.load()));
    worker.start();
    return worker;
  }

  private void awaitIdle() {
    await().pollInterval(Duration.ofMillis(5)).until(() -> test.number(IDLE) == 1);
  }

  @Test
  void single_changes_are_in_step_soon_after_their_commit_with_an_idle_worker()
      throws SQLException {
    double[] millis = new double[50];
    try (Worker worker = worker(Duration.ofMillis(20));
        Connection session = test.session();
        Statement statement = session.createStatement()) {
      for (int i = 0; i < millis.length; i++) {
        awaitIdle();
        statement.execute("update entries set body = 'new %d' where id = %d".formatted(i, i + 1));
        long committed = System.nanoTime();
        awaitInStep(statement, i + 1);
        millis[i] = (System.nanoTime() - committed) / 1e6;
      }
    }
    Arrays.sort(millis);
    System.out.printf(
        "commit to stored vector over %d changes: p50 %.1f ms, p95 %.1f ms, most %.1f ms%n",
        millis.length, millis[24], millis[47], millis[49]);
    assertThat(millis[49]).as("ms, whatever else the machine does").isLessThan(5_000);
    assertThat(setup.differences()).isEmpty();
  }

  private static void awaitInStep(Statement statement, int id) throws SQLException {
    String sql =
        "select s.content_hash = v.content_hash from vectorkeeper.source_1 s"
            + " join entries_scripted_vectors v on v.id = s.k1 where s.k1 = "
            + id;
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (System.nanoTime() < deadline) {
      try (ResultSet row = statement.executeQuery(sql)) {
        if (row.next() && row.getBoolean(1)) {
          return;
        }
      }
      LockSupport.parkNanos(500_000);
    }
  }

  @Test
  void writers_notify_only_while_a_worker_is_idle() throws SQLException {
    try (Connection listener = test.session();
        Statement statement = listener.createStatement()) {
      statement.execute("listen vectorkeeper");
      PGConnection heard = listener.unwrap(PGConnection.class);
      test.sql("update entries set body = 'nobody is there' where id = 1");
      assertThat(heard.getNotifications(200)).as("without a worker").isEmpty();
      try (Worker worker = worker(Duration.ofMinutes(5))) {
        await().until(() -> setup.differences().isEmpty());
        for (int i = 1; i <= 20; i++) {
          test.sql("update entries set body = 'busy " + i + "' where id = " + i);
        }
        await().until(() -> setup.differences().isEmpty());
        assertThat(test.number(IDLE)).isZero();
        assertThat(heard.getNotifications(200)).as("while it is busy").isEmpty();
      }
      try (Worker worker = worker(Duration.ofMillis(20))) {
        awaitIdle();
        test.sql("update entries set body = 'wake' where id = 1");
        assertThat(heard.getNotifications(5_000)).as("while it is idle").hasSize(1);
        await().until(() -> setup.differences().isEmpty());
      }
    }
  }

  @Test
  void the_mark_of_a_worker_that_was_killed_does_not_make_writers_notify_for_ever()
      throws SQLException {
    test.sql("insert into vectorkeeper.idle_worker values ('gone', clock_timestamp())");
    try (Connection listener = test.session();
        Statement statement = listener.createStatement()) {
      statement.execute("listen vectorkeeper");
      test.sql("update entries set body = 'x' where id = 1");
      assertThat(listener.unwrap(PGConnection.class).getNotifications(200)).isEmpty();
    }
  }
}
