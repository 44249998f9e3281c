package dev.vectorkeeper.postgres;

import dev.vectorkeeper.VectorkeeperException;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Data definition, which takes no parameters and, on a user's table, must never queue up in front
 * of others for long.
 */
public final class Ddl {
  private static final Logger LOG = LoggerFactory.getLogger(Ddl.class);

  /** SQLSTATEs of a lock that was not free in time and of a deadlock. */
  private static final Set<String> LOST = Set.of("55P03", "40P01");

  /**
   * Waits in milliseconds, one a try; above deadlock_timeout autovacuum gives way (postgres-facts
   * 13).
   */
  private static final List<Integer> LOCK_WAITS = List.of(200, 500, 1_500, 2_500, 1_500, 4_000);

  private Ddl() {}

  /** Runs one statement as it stands. */
  public static void run(Handle handle, String sql) {
    try (Statement statement = handle.getConnection().createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new DdlException(sql, e);
    }
  }

  /**
   * Keeps vacuum and index builds away from a table until the transaction ends. To wait for that
   * holds nobody up, and makes autovacuum give way; the lock that comes after then has to wait for
   * short statements only.
   */
  public static void calm(Handle handle, SqlName table) {
    String wait =
        handle.createQuery("select current_setting('lock_timeout')").mapTo(String.class).one();
    run(handle, "set local lock_timeout = '3s'");
    run(handle, "lock table " + table.sql() + " in share update exclusive mode");
    run(handle, "set local lock_timeout = " + SqlName.literal(wait));
  }

  /**
   * Runs a transaction that touches a user's table; it gives up waiting for locks soon and is tried
   * again.
   *
   * @throws VectorkeeperException VK-D07 when the locks were never free; nothing has changed then
   */
  public static void onUserTable(Jdbi jdbi, SqlName table, Consumer<Handle> transaction) {
    for (int attempt = 0; ; attempt++) {
      int wait = LOCK_WAITS.get(attempt);
      AtomicReference<String> holders = new AtomicReference<>("");
      try {
        jdbi.useTransaction(
            handle -> {
              run(handle, "set local lock_timeout = " + wait);
              try (LockHolders watch = LockHolders.watch(jdbi, handle)) {
                try {
                  transaction.accept(handle);
                } finally {
                  holders.set(watch.seen().map(who -> " (" + who + ")").orElse(""));
                }
              }
            });
        return;
      } catch (DdlException | JdbiException e) {
        if (!(e.getCause() instanceof SQLException cause)
            || !LOST.contains(String.valueOf(cause.getSQLState()))) {
          throw e;
        }
        if (attempt == LOCK_WAITS.size() - 1) {
          throw new VectorkeeperException(
              "VK-D07",
              "%s stayed locked by other sessions%s, so nothing was changed. Try again when long transactions on it have ended."
                  .formatted(table, holders.get()),
              e);
        }
        LOG.info("{} is locked by another session; trying again.", table);
      }
    }
  }
}
