package dev.vectorkeeper.bench;

import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.DatabaseUrl;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;

/** A database of its own for one measurement, dropped when closed. */
final class BenchDatabase implements AutoCloseable {
  private static final int SESSIONS = 16;
  private static final int ROWS_A_BATCH = 2_000;

  private final DatabaseUrl cluster;
  private final String name;
  private final Database database;

  private BenchDatabase(DatabaseUrl cluster, String name) {
    this.cluster = cluster;
    this.name = name;
    run(cluster, "drop database if exists " + name + " with (force)", "create database " + name);
    run(url(), "create extension if not exists vector");
    this.database = Database.open(url(), SESSIONS);
  }

  static BenchDatabase create(DatabaseUrl cluster, String name) {
    return new BenchDatabase(cluster, name);
  }

  /** Its address. */
  DatabaseUrl url() {
    return cluster.withDatabase(name);
  }

  /** The database as the engine uses it. */
  Database database() {
    return database;
  }

  /** A plain session such as an application has. */
  Connection session() throws SQLException {
    return session(new Properties());
  }

  /** A plain session with further properties of the driver. */
  Connection session(Properties further) throws SQLException {
    return connect(url(), further);
  }

  private static Connection connect(DatabaseUrl url, Properties further) throws SQLException {
    Properties properties = url.properties();
    properties.putAll(further);
    return DriverManager.getConnection(url.jdbcUrl(), properties);
  }

  /** Runs statements as an application would, each in a transaction of its own. */
  void sql(String... statements) {
    run(url(), statements);
  }

  /** One number. */
  long number(String query) {
    try (Connection connection = session();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(query, e);
    }
  }

  /** Makes a table {@code (id, word, gloss)} of glosses, with ids from 1 in their order. */
  void fill(String table, List<Glosses.Entry> entries) {
    sql("create table " + table + " (id bigint primary key, word text, gloss text)");
    try (Connection connection = session();
        PreparedStatement insert =
            connection.prepareStatement("insert into " + table + " values (?, ?, ?)")) {
      connection.setAutoCommit(false);
      for (int i = 0; i < entries.size(); i++) {
        insert.setLong(1, i + 1L);
        insert.setString(2, entries.get(i).word());
        insert.setString(3, entries.get(i).gloss());
        insert.addBatch();
        if ((i + 1) % ROWS_A_BATCH == 0 || i + 1 == entries.size()) {
          insert.executeBatch();
        }
      }
      connection.commit();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    sql("vacuum analyze " + table);
  }

  private static void run(DatabaseUrl url, String... statements) {
    try (Connection connection = connect(url, new Properties());
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    database.close();
    run(cluster, "drop database if exists " + name + " with (force)");
  }
}
