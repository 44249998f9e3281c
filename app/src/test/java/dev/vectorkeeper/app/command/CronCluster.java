package dev.vectorkeeper.app.command;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.postgres.embedded.EmbeddedPostgres;
import dev.vectorkeeper.postgres.embedded.EmbeddedSettings;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** A private cluster with pg_cron at work in it. */
public final class CronCluster implements AutoCloseable {
  private static final String SETTINGS =
      """
      shared_preload_libraries = 'pg_cron'
      cron.use_background_workers = on
      fsync = off
      """;

  /** Says what a server would need. */
  public static final class Lacking extends Exception {
    private static final long serialVersionUID = 1L;

    Lacking(String message) {
      super(message);
    }
  }

  private final EmbeddedPostgres server;

  private CronCluster(EmbeddedPostgres server) {
    this.server = server;
  }

  /**
   * Starts one.
   *
   * @param extensions those that must be installable
   * @throws Lacking where it cannot be had
   */
  public static CronCluster start(Path directory, String... extensions) throws Exception {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    Path data = directory.toRealPath().resolve("data");
    Path settings;
    try (CronCluster plain = started(data)) {
      for (String extension : extensions) {
        if (!plain.has(extension)) {
          throw new Lacking(
              "the extension "
                  + extension
                  + " is not installed; scripts/setup --tests installs it where it can");
        }
      }
      settings = Path.of(plain.column("show data_directory").get(0), "postgresql.auto.conf");
    }
    Files.writeString(settings, SETTINGS, StandardOpenOption.APPEND);
    return started(data);
  }

  private static CronCluster started(Path data) throws IOException, Lacking {
    try {
      // pg_cron works in the database postgres unless told otherwise.
      return new CronCluster(EmbeddedPostgres.start(new EmbeddedSettings(data, "postgres")));
    } catch (VectorkeeperException e) {
      if (List.of("VK-E01", "VK-E02").contains(e.code())) {
        throw new Lacking("no PostgreSQL with pgvector is installed");
      }
      throw e;
    }
  }

  /** Whether an extension can be made in it. */
  public boolean has(String extension) throws SQLException {
    return !column("select name from pg_available_extensions where name = '" + extension + "'")
        .isEmpty();
  }

  /** The address with user and password, as an application's configuration has it. */
  public String address() {
    return "postgresql://%s:%s@%s"
        .formatted(
            server.user(),
            URLEncoder.encode(server.password().reveal(), StandardCharsets.UTF_8),
            server.jdbcUrl().replace("jdbc:postgresql://", ""));
  }

  /** Runs statements, each in a transaction of its own. */
  public void sql(String... statements) throws SQLException {
    try (Connection connection = session();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** The first column of a query as texts. */
  public List<String> column(String query) throws SQLException {
    try (Connection connection = session();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    }
  }

  /** A plain session of the superuser's. */
  public Connection session() throws SQLException {
    return DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password().reveal());
  }

  @Override
  public void close() {
    server.close();
  }
}
