package dev.vectorkeeper.migrate;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.source.Source;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Held by the process that moves a source's migration on. It ends with its session, so that a
 * process that was killed holds nothing up.
 */
final class MigrationLock implements AutoCloseable {
  private static final int CLASS = 0x766d;

  private static final String TAKE = "select pg_try_advisory_lock(?, ?)";

  private static final String HOLDER =
      """
      select format('process %s of %s, connected from %s since %s', a.pid, a.usename,
               coalesce(a.client_addr::text, 'the server itself'), to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS'))
      from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.classid = ?::oid and l.objid = ?::oid and l.granted
        and l.database = (select oid from pg_database where datname = current_database())
      """;

  private final Connection session;

  private MigrationLock(Connection session) {
    this.session = session;
  }

  /**
   * Takes the lock of a source.
   *
   * @throws VectorkeeperException VK-M02 where another process has it
   */
  static MigrationLock take(Database database, Source source) {
    Connection session = null;
    try {
      session = database.dedicatedSession();
      try (var statement = session.createStatement()) {
        statement.execute("set idle_session_timeout = 0");
      }
      if (ask(session, TAKE, source).equals("t")) {
        return new MigrationLock(session);
      }
      String holder = ask(session, HOLDER, source);
      session.close();
      throw new VectorkeeperException(
          "VK-M02",
          "Another process is at work on the migration of %s: %s. Wait for it, or end it; what it was doing can then be gone on with."
              .formatted(source.name(), holder));
    } catch (SQLException e) {
      throw lost(session, e);
    }
  }

  private static VectorkeeperException lost(
      @org.jspecify.annotations.Nullable Connection session, SQLException e) {
    if (session != null) {
      try {
        session.close();
      } catch (SQLException closing) {
        e.addSuppressed(closing);
      }
    }
    return new VectorkeeperException(
        "VK-D02", "The migration's lock could not be taken: " + e.getMessage(), e);
  }

  private static String ask(Connection session, String query, Source source) throws SQLException {
    try (PreparedStatement statement = session.prepareStatement(query)) {
      statement.setInt(1, CLASS);
      statement.setInt(2, source.id());
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? String.valueOf(row.getString(1)) : "it has just ended";
      }
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (SQLException e) {
      // a session that is lost holds no lock
    }
  }
}
