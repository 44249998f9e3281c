package dev.vectorkeeper.postgres;

import java.sql.SQLException;
import java.util.Optional;
import org.jdbi.v3.core.JdbiException;

/**
 * A statement that failed because of what a row holds: a data exception (SQLSTATE class 22), a
 * subquery with too many rows (21), or what a function of the user's raised (P0, 38 and 39). The
 * same statement goes well without that row.
 */
public final class DataFault {
  private DataFault() {}

  /** The server's error, if the data was at fault. */
  public static Optional<SQLException> of(JdbiException e) {
    return e.getCause() instanceof SQLException cause
            && cause.getSQLState() != null
            && cause.getSQLState().matches("(21|22|38|39|P0).*")
        ? Optional.of(cause)
        : Optional.empty();
  }
}
