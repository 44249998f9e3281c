package dev.vectorkeeper.postgres;

import dev.vectorkeeper.VectorkeeperException;
import java.sql.SQLException;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * What a function of Vectorkeeper's refused in the database: its SQLSTATE begins with VK, and its
 * message says everything, code first.
 */
public final class Refusal {
  private static final int CODE = 6;

  private Refusal() {}

  /** The refusal as a failure with its code; anything else as it is. */
  public static RuntimeException of(JdbiException e) {
    if (e.getCause() instanceof PSQLException cause
        && String.valueOf(((SQLException) cause).getSQLState()).startsWith("VK")) {
      ServerErrorMessage said = cause.getServerErrorMessage();
      String message = String.valueOf(said == null ? cause.getMessage() : said.getMessage());
      @Nullable String hint = said == null ? null : said.getHint();
      return new VectorkeeperException(
          message.substring(0, CODE),
          message.substring(CODE + 1) + (hint == null ? "" : " " + hint),
          e);
    }
    return e;
  }
}
