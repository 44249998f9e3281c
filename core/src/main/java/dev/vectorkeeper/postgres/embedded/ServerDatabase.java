package dev.vectorkeeper.postgres.embedded;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.util.PSQLState;

/** One database of the running server, created with pgvector in it when missing. */
final class ServerDatabase {

  private static final String FIRST_DATABASE = "postgres";
  private static final String NO_SUCH_DATABASE = "3D000";
  private static final String NO_SUCH_EXTENSION = "0A000";
  private static final String FIND_VECTOR =
      "select extversion from pg_extension where extname = 'vector'";

  private final RunningServer server;
  private final String name;
  private final ClusterDirectory directory;

  ServerDatabase(RunningServer server, String name, ClusterDirectory directory) {
    this.server = server;
    this.name = name;
    this.directory = directory;
  }

  /** Opens it once, so that whoever comes next finds it whole. */
  void prepare() {
    try {
      prepareOnce();
    } catch (SQLException e) {
      if (PSQLState.INVALID_PASSWORD.getState().equals(e.getSQLState())) {
        throw Failures.passwordRefused(directory.passwordFile(), e);
      }
      throw Failures.database(name, directory, e);
    }
  }

  private void prepareOnce() throws SQLException {
    try (Connection connection = open(name)) {
      createVector(connection);
    } catch (SQLException e) {
      if (!NO_SUCH_DATABASE.equals(e.getSQLState())) {
        throw e;
      }
      create();
      try (Connection connection = open(name)) {
        createVector(connection);
      }
    }
  }

  private void create() throws SQLException {
    try (Connection connection = open(FIRST_DATABASE);
        Statement statement = connection.createStatement()) {
      // EmbeddedSettings admits no name with a quote in it.
      statement.execute("create database \"" + name + "\"");
    }
  }

  private void createVector(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      try (ResultSet version = statement.executeQuery(FIND_VECTOR)) {
        if (version.next()) {
          return;
        }
      }
      statement.execute("create extension if not exists vector");
    } catch (SQLException e) {
      if (NO_SUCH_EXTENSION.equals(e.getSQLState())) {
        throw Failures.noVector(directory.major(), e);
      }
      throw e;
    }
  }

  private Connection open(String database) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", RunningServer.USER);
    properties.setProperty("password", server.password().reveal());
    properties.setProperty("sslmode", "disable");
    properties.setProperty("gssEncMode", "disable");
    properties.setProperty("connectTimeout", "10");
    properties.setProperty("socketTimeout", "60");
    return Objects.requireNonNull(new Driver().connect(server.jdbcUrl(database), properties));
  }
}
