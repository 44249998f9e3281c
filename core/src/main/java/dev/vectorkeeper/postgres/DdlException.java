package dev.vectorkeeper.postgres;

import dev.vectorkeeper.VectorkeeperException;
import java.sql.SQLException;

/** A statement of data definition that the server refused. */
public final class DdlException extends VectorkeeperException {
  private static final long serialVersionUID = 1L;

  DdlException(String sql, SQLException cause) {
    super(
        "VK-D08",
        "The server refused \"%s\": %s."
            .formatted(
                shorten(sql.replaceAll("\\s+", " ").trim()),
                String.valueOf(cause.getMessage())
                    .replaceAll("\\s+", " ")
                    .replaceFirst("^ERROR: ", "")),
        cause);
  }

  private static String shorten(String sql) {
    return sql.length() <= 120 ? sql : sql.substring(0, 119) + "…";
  }
}
