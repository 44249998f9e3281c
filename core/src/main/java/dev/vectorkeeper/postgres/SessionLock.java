package dev.vectorkeeper.postgres;

import dev.vectorkeeper.VectorkeeperException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An advisory lock in a session of its own, held across transactions and processes. It ends with
 * its session, so that a process that was killed holds nothing up.
 */
public final class SessionLock implements AutoCloseable {
  /** What is locked. */
  public enum Kind {
    /** A schedule that runs. */
    SCHEDULE(0x766a),
    /** A migration that is moved on. */
    MIGRATION(0x766d);

    private final int number;

    Kind(int number) {
      this.number = number;
    }
  }

  private static final String HOLDER =
      """
      select format('process %s of %s, connected from %s since %s', a.pid, a.usename,
               coalesce(a.client_addr::text, 'the server itself'), to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS'))
      from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.classid = cast(:kind as oid) and l.objid = cast(:object as oid) and l.granted
        and l.database = (select oid from pg_database where datname = current_database())
      """;

  private final Connection session;

  private SessionLock(Connection session) {
    this.session = session;
  }

  /**
   * Takes a lock; nothing where somebody has it.
   *
   * @param object the number of what is locked
   * @throws VectorkeeperException VK-D02 when the database cannot be used
   */
  public static Optional<SessionLock> take(Database database, Kind kind, int object) {
    Connection session = null;
    try {
      session = database.dedicatedSession();
      if (take(session, kind, object)) {
        return Optional.of(new SessionLock(session));
      }
      session.close();
      return Optional.empty();
    } catch (SQLException e) {
      close(session);
      throw new VectorkeeperException(
          "VK-D02",
          "The lock of a %s could not be taken: %s"
              .formatted(kind.name().toLowerCase(Locale.ROOT), e.getMessage()),
          e);
    }
  }

  private static boolean take(Connection session, Kind kind, int object) throws SQLException {
    try (var setting = session.createStatement()) {
      setting.execute("set idle_session_timeout = 0");
    }
    try (PreparedStatement statement =
        session.prepareStatement("select pg_try_advisory_lock(?, ?)")) {
      statement.setInt(1, kind.number);
      statement.setInt(2, object);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  /** Who has a lock, in words; nothing where nobody has it any more. */
  public static Optional<String> holder(Database database, Kind kind, int object) {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(HOLDER)
                    .bind("kind", kind.number)
                    .bind("object", Integer.toUnsignedLong(object))
                    .mapTo(String.class)
                    .findFirst());
  }

  @Override
  public void close() {
    close(session);
  }

  private static void close(@Nullable Connection session) {
    if (session != null) {
      try {
        session.close();
      } catch (SQLException e) {
        // a session that is lost has lost the lock with it
      }
    }
  }
}
