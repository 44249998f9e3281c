package dev.vectorkeeper.testing;

import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.DatabaseUrl;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A role that may log in and nothing else, for what must work, or must be refused, without a
 * superuser. Close the test's database first: what the role owns there goes with it.
 */
public final class TestRole implements AutoCloseable {
  private static final AtomicInteger COUNTER = new AtomicInteger();

  private final String name;
  private final DatabaseUrl url;
  private final List<Database> opened = new ArrayList<>();

  private TestRole(String name, DatabaseUrl url) {
    this.name = name;
    this.url = url;
  }

  /** A new role, with the options of {@code create role} beside its login. */
  public static TestRole create(TestDatabase test, String options) {
    String name = "vk_role_" + ProcessHandle.current().pid() + "_" + COUNTER.incrementAndGet();
    String password = UUID.randomUUID().toString();
    TestCluster.get().run("create role " + name + " login password '" + password + "' " + options);
    return new TestRole(name, DatabaseUrl.of(test.url().jdbcUrl(), name, password));
  }

  /** Its name, which needs no quotes. */
  public String name() {
    return name;
  }

  /** The database as the engine opens it for this role; closed with the role. */
  public Database database() {
    Database database = Database.open(url, 8);
    opened.add(database);
    return database;
  }

  /** A plain session of this role. */
  public Connection session() throws SQLException {
    return TestCluster.connect(url);
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
        ResultSet row = statement.executeQuery(query)) {
      List<String> values = new ArrayList<>();
      while (row.next()) {
        values.add(row.getString(1));
      }
      return values;
    }
  }

  @Override
  public void close() {
    opened.forEach(Database::close);
    TestCluster.get().run("drop role if exists " + name);
  }
}
