package dev.vectorkeeper.testing;

import dev.vectorkeeper.catalog.CatalogSchema;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.DatabaseUrl;
import dev.vectorkeeper.postgres.embedded.EmbeddedPostgres;
import dev.vectorkeeper.postgres.embedded.EmbeddedSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * The one PostgreSQL that all tests of a JVM share: a cluster of its own, or the server that
 * VECTORKEEPER_DATABASE_URL names. A template with pgvector and the catalog is made once; each test
 * class gets a database from it.
 */
public final class TestCluster {
  static final String TEMPLATE = "vectorkeeper_template_" + ProcessHandle.current().pid();

  private static TestCluster instance;

  private final DatabaseUrl url;

  private TestCluster(DatabaseUrl url) {
    this.url = url;
    run("drop database if exists " + TEMPLATE, "create database " + TEMPLATE);
    DatabaseUrl template = url.withDatabase(TEMPLATE);
    try (Connection connection = connect(template);
        Statement statement = connection.createStatement()) {
      statement.execute("create extension if not exists vector");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    try (Database database = Database.open(template, 2)) {
      new CatalogSchema(database).migrate();
    }
  }

  /** The cluster, started on first use. */
  public static synchronized TestCluster get() {
    if (instance == null) {
      String given = System.getenv("VECTORKEEPER_DATABASE_URL");
      instance = new TestCluster(given == null ? embedded() : DatabaseUrl.parse(given));
      Runtime.getRuntime().addShutdownHook(new Thread(instance::dropTemplate));
    }
    return instance;
  }

  private static DatabaseUrl embedded() {
    try {
      Path directory = Files.createTempDirectory("vectorkeeper-tests-");
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
      EmbeddedPostgres server =
          EmbeddedPostgres.start(new EmbeddedSettings(directory.resolve("data"), "postgres"));
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    server.close();
                    delete(directory);
                  }));
      DatabaseUrl url = DatabaseUrl.of(server.jdbcUrl(), server.user(), server.password().reveal());
      try (Connection connection = connect(url);
          Statement statement = connection.createStatement()) {
        statement.execute("alter system set fsync = off");
        statement.execute("alter system set full_page_writes = off");
        statement.execute("select pg_reload_conf()");
      }
      return url;
    } catch (IOException | SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void delete(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      // a temporary directory that could not be removed fails no test
    }
  }

  static Connection connect(DatabaseUrl url) throws SQLException {
    return DriverManager.getConnection(url.jdbcUrl(), url.properties());
  }

  DatabaseUrl url() {
    return url;
  }

  /** Runs statements as the cluster's superuser. */
  public void run(String... statements) {
    try (Connection connection = connect(url);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void dropTemplate() {
    if (System.getenv("VECTORKEEPER_DATABASE_URL") != null) {
      run("drop database if exists " + TEMPLATE);
    }
  }
}
