package dev.vectorkeeper.postgres;

import java.sql.SQLException;
import java.util.Set;
import java.util.function.Supplier;
import org.jdbi.v3.core.JdbiException;

/**
 * Runs a transaction again when it lost against another one: a deadlock, a serialization failure,
 * or a row that the user deleted while a foreign key looked at it.
 */
public final class Conflicts {
  private static final Set<String> STATES = Set.of("40P01", "40001", "23503");
  private static final int TRIES = 5;

  private Conflicts() {}

  /** The result of the transaction, run up to five times. */
  public static <T> T retry(Supplier<T> transaction) {
    for (int attempt = 1; ; attempt++) {
      try {
        return transaction.get();
      } catch (JdbiException e) {
        if (attempt == TRIES
            || !(e.getCause() instanceof SQLException cause)
            || !STATES.contains(cause.getSQLState())) {
          throw e;
        }
      }
    }
  }
}
