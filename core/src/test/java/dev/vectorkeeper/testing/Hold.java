package dev.vectorkeeper.testing;

import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * Holds up writes to a table in the middle of their statement, whoever makes them, until the test
 * lets them go: a trigger asks for an advisory lock that the test has.
 */
public final class Hold implements AutoCloseable {
  private static final String INSTALL =
      """
      create or replace function public.hold_up() returns trigger language plpgsql as
        'begin perform pg_advisory_xact_lock_shared(tg_relid::bigint); return coalesce(new, old); end'
      """;

  private static final String WAITING =
      """
      select count(*) from pg_locks
      where locktype = 'advisory' and not granted
        and database = (select oid from pg_database where datname = current_database())
      """;

  private final TestDatabase test;
  private final Connection session;

  private Hold(TestDatabase test) {
    this.test = test;
    this.session = test.session();
  }

  /**
   * Holds up from now on.
   *
   * @param event such as {@code insert or update}
   */
  public static Hold on(TestDatabase test, String table, String event) {
    Hold hold = new Hold(test);
    hold.run("select pg_advisory_lock('%s'::regclass::bigint)".formatted(table));
    hold.run(INSTALL);
    hold.run(
        "create or replace trigger hold_up before %s on %s for each row execute function public.hold_up()"
            .formatted(event, table));
    return hold;
  }

  private void run(String sql) {
    try (Statement statement = session.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns when a write is held up. */
  public void awaitReached() {
    await().pollInterval(Duration.ofMillis(10)).until(() -> test.number(WAITING) > 0);
  }

  /** Lets everybody go; the trigger stays and finds the lock free. */
  @Override
  public void close() {
    try {
      session.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
