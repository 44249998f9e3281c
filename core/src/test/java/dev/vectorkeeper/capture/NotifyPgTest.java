package dev.vectorkeeper.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** Writers notify only while a worker says that it is idle, because it serialises their commits. */
class NotifyPgTest {
  private static final String IDLE =
      "insert into vectorkeeper.idle_worker values ('test', clock_timestamp() + interval '1 minute')";

  private final ScriptedProvider provider = new ScriptedProvider(8, 100);
  private TestDatabase test;
  private Setup setup;
  private Connection listener;

  @BeforeEach
  void open() throws SQLException {
    test = TestDatabase.create();
    test.sql("create table entries (id bigint primary key, body text, note text)");
    setup =
        Setup.apply(
            test, provider, "  entries: {table: entries, text: body, collections: [scripted]}\n");
    setup.drain();
    listener = test.session();
    listener.createStatement().execute("listen vectorkeeper");
  }

  @AfterEach
  void close() throws SQLException {
    listener.close();
    test.close();
  }

  /** Notifications that have arrived; a query of the session fetches all that were committed. */
  private int notifications() throws SQLException {
    listener.createStatement().execute("select 1");
    PGNotification[] found = listener.unwrap(PGConnection.class).getNotifications();
    return found == null ? 0 : found.length;
  }

  @Test
  void nothing_is_notified_while_no_worker_is_idle() throws SQLException {
    test.sql(
        "insert into entries values (1, 'a')",
        "update entries set body = 'b'",
        "delete from entries",
        "truncate entries");
    assertThat(notifications()).isZero();
    test.sql(
        "insert into vectorkeeper.idle_worker values ('killed long ago', clock_timestamp() - interval '1 second')",
        "insert into entries values (1, 'a')");
    assertThat(notifications()).isZero();
  }

  @Test
  void each_kind_of_change_wakes_an_idle_worker_once_a_transaction() throws SQLException {
    test.sql(IDLE);
    for (String change :
        new String[] {
          "insert into entries select g, 'body' from generate_series(1, 100) g",
          "update entries set body = body || '!'",
          "delete from entries where id > 50",
          "begin; update entries set body = 'x'; delete from entries where id > 20; commit",
          "truncate entries"
        }) {
      test.sql(change);
      assertThat(notifications()).as(change).isEqualTo(1);
    }
    test.sql("insert into entries values (1, 'a')");
    assertThat(notifications()).isEqualTo(1);
    test.sql("update entries set note = 'unrelated'");
    assertThat(notifications()).isZero();
  }

  @Test
  void a_worker_marks_itself_idle_is_woken_and_takes_the_mark_away_when_it_ends() {
    try (var worker = setup.worker()) {
      Awaitility.await()
          .until(
              () ->
                  test.number(
                          "select count(*) from vectorkeeper.idle_worker where idle_until > clock_timestamp()")
                      == 1);
      test.sql("insert into entries values (1, 'woken')");
      Awaitility.await()
          .pollInterval(Duration.ofMillis(10))
          .until(() -> provider.timesAnswered("woken") == 1);
    }
    assertThat(
            test.number(
                "select count(*) from vectorkeeper.idle_worker where idle_until > clock_timestamp()"))
        .isZero();
  }
}
