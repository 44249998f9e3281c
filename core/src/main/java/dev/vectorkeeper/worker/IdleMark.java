package dev.vectorkeeper.worker;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.postgres.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * A worker's mark that it waits to be notified. It expires by itself, so that a worker that was
 * killed does not make writers notify for ever.
 */
final class IdleMark implements AutoCloseable {
  private static final Duration VALID = Duration.ofSeconds(30);

  private static final String MARK =
      """
      with me(worker, idle_until) as (select ?, clock_timestamp() + make_interval(secs => ?)),
      kept as (
        update vectorkeeper.idle_worker w set idle_until = me.idle_until
        from me where w.worker = me.worker returning w.worker),
      killed as (
        delete from vectorkeeper.idle_worker w using me
        where w.worker <> me.worker and w.idle_until < clock_timestamp() - interval '1 minute')
      insert into vectorkeeper.idle_worker (worker, idle_until)
      select worker, idle_until from me where not exists (select from kept)
      """;

  private final Database database;
  private final String worker;
  private @Nullable Connection session;
  private long marked;

  IdleMark(Database database, String worker) {
    this.database = database;
    this.worker = worker;
  }

  /** Asks writers to notify; the logs must be looked at once more after this. */
  void mark() {
    try (PreparedStatement statement = session().prepareStatement(MARK)) {
      statement.setString(1, worker);
      statement.setDouble(2, VALID.toSeconds());
      statement.execute();
      marked = System.nanoTime();
    } catch (SQLException e) {
      throw lost(e);
    }
  }

  /** Waits for a notification, at most for a time; keeps the mark from expiring. */
  void await(Duration most) {
    try {
      session().unwrap(PGConnection.class).getNotifications((int) most.toMillis());
    } catch (SQLException e) {
      throw lost(e);
    }
    if (System.nanoTime() - marked > VALID.toNanos() / 3) {
      mark();
    }
  }

  /** Tells writers that they need not notify. */
  void unmark() {
    try (PreparedStatement statement =
        session().prepareStatement("delete from vectorkeeper.idle_worker where worker = ?")) {
      statement.setString(1, worker);
      statement.execute();
    } catch (SQLException e) {
      throw lost(e);
    }
  }

  private Connection session() throws SQLException {
    Connection open = session;
    if (open == null) {
      open = database.dedicatedSession();
      session = open;
      try (PreparedStatement statement = open.prepareStatement("listen vectorkeeper")) {
        statement.execute();
      }
    }
    return open;
  }

  private VectorkeeperException lost(SQLException e) {
    close();
    return new VectorkeeperException(
        "VK-D02", "The session that listens for changes was lost: " + e.getMessage(), e);
  }

  @Override
  public void close() {
    Connection open = session;
    session = null;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        // a session that is already lost needs no closing
      }
    }
  }
}
