package dev.vectorkeeper.declare;

import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.SourceDefinition;
import dev.vectorkeeper.source.SourceTable;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Tells whether a filter depends on more than its row, such as the time: such a verdict changes
 * without any write.
 */
final class TimeDependence {
  private static final String COPY = "create temporary table vectorkeeper_probe (like {table})";

  /**
   * PostgreSQL accepts only immutable expressions in an index, which is just what is asked here.
   */
  private static final String INDEX =
      "create index on pg_temp.vectorkeeper_probe ((1)) where ({filter}\n)";

  private static final String NOT_IMMUTABLE = "42P17";

  private TimeDependence() {}

  /** A sentence that says so, if it does. */
  static Optional<String> find(Handle handle, SourceTable table, SourceDefinition source) {
    if (source.content().where().isEmpty()) {
      return Optional.empty();
    }
    handle.begin();
    try (Statement statement = handle.getConnection().createStatement()) {
      statement.execute(SqlText.of(COPY).with("table", table.name()).sql());
      statement.execute(SqlText.of(INDEX).with("filter", source.content().where().get()).sql());
      return Optional.empty();
    } catch (SQLException e) {
      return NOT_IMMUTABLE.equals(e.getSQLState())
          ? Optional.of(
              "The filter of %s depends on the time or on settings, so its verdict can change without a write; rows are then put right by the daily reconciliation."
                  .formatted(source.name()))
          : Optional.empty();
    } finally {
      handle.rollback();
    }
  }
}
