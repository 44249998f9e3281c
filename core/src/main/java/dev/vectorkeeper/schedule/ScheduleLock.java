package dev.vectorkeeper.schedule;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.postgres.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Held while a schedule runs, by whom and wherever, so that two runs never overlap. It ends with
 * its session, so that a process that was killed holds nothing up.
 */
final class ScheduleLock implements AutoCloseable {
  private static final int CLASS = 0x766a;

  private static final String TAKE = "select pg_try_advisory_lock(?, hashtext(?))";

  private final Connection session;

  private ScheduleLock(Connection session) {
    this.session = session;
  }

  /** Takes a schedule's lock; nothing where somebody has it. */
  static Optional<ScheduleLock> take(Database database, String schedule) {
    try {
      Connection session = database.dedicatedSession();
      try {
        if (take(session, schedule)) {
          return Optional.of(new ScheduleLock(session));
        }
      } catch (SQLException e) {
        session.close();
        throw e;
      }
      session.close();
      return Optional.empty();
    } catch (SQLException e) {
      throw new VectorkeeperException(
          "VK-D02", "The lock of the schedule could not be taken: " + e.getMessage(), e);
    }
  }

  private static boolean take(Connection session, String schedule) throws SQLException {
    try (var setting = session.createStatement()) {
      setting.execute("set idle_session_timeout = 0");
    }
    try (PreparedStatement statement = session.prepareStatement(TAKE)) {
      statement.setInt(1, CLASS);
      statement.setString(2, schedule);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (SQLException e) {
      // a session that is lost has lost the lock with it
    }
  }
}
