package dev.vectorkeeper.postgres;

import dev.vectorkeeper.VectorkeeperException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/**
 * What a server is: its version and its pgvector.
 *
 * @param version the server's version number as PostgreSQL counts, for example 150018
 * @param vectorVersion pgvector's version where it is installed in the database
 * @param vectorSchema the schema that holds pgvector's types
 * @param vectorAvailable whether the server could install pgvector
 * @param role the role that the sessions run as
 */
public record Server(
    int version,
    Optional<String> vectorVersion,
    Optional<String> vectorSchema,
    boolean vectorAvailable,
    String role) {

  /** The oldest server that is supported. */
  public static final int OLDEST = 150000;

  private static final String FACTS =
      """
      select current_setting('server_version_num')::int, current_user,
             e.extversion, n.nspname,
             exists (select from pg_available_extensions where name = 'vector')
      from (select) one
      left join pg_extension e on e.extname = 'vector'
      left join pg_namespace n on n.oid = e.extnamespace
      """;

  static Server read(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(FACTS)) {
      row.next();
      return new Server(
          row.getInt(1),
          Optional.ofNullable(row.getString(3)),
          Optional.ofNullable(row.getString(4)),
          row.getBoolean(5),
          row.getString(2));
    }
  }

  void requireSupportedVersion() {
    if (version < OLDEST) {
      throw new VectorkeeperException(
          "VK-D03",
          "The server is PostgreSQL %d; Vectorkeeper needs version 15 or later. Upgrade the server or name another database."
              .formatted(version / 10000));
    }
  }

  /** The vector type's name for DDL, qualified with its schema. */
  public String vectorType() {
    return SqlName.quote(
            vectorSchema.orElseThrow(
                () ->
                    new VectorkeeperException(
                        "VK-D04",
                        "The extension pgvector is not installed in this database. Run: create extension vector;")))
        + ".vector";
  }
}
