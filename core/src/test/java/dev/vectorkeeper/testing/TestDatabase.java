package dev.vectorkeeper.testing;

import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.DatabaseUrl;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/** A database of its own for one test class, from the shared template; dropped when closed. */
public final class TestDatabase implements AutoCloseable {
  static {
    Awaitility.setDefaultTimeout(Duration.ofMinutes(2));
  }

  private static final AtomicInteger COUNTER = new AtomicInteger();

  private final String name;
  private final DatabaseUrl url;
  private final Database database;
  private boolean closed;

  private TestDatabase(String name, boolean bare) {
    Canary.watchProcesses();
    this.name = name;
    TestCluster cluster = TestCluster.get();
    cluster.run("create database " + name + (bare ? "" : " template " + TestCluster.TEMPLATE));
    this.url = cluster.url().withDatabase(name);
    this.database = Database.open(url, 24);
  }

  /** With pgvector and an empty catalog. */
  public static TestDatabase create() {
    return new TestDatabase(nextName(), false);
  }

  /** With nothing in it. */
  public static TestDatabase bare() {
    return new TestDatabase(nextName(), true);
  }

  private static String nextName() {
    return "vk_test_" + ProcessHandle.current().pid() + "_" + COUNTER.incrementAndGet();
  }

  public Database database() {
    return database;
  }

  public DatabaseUrl url() {
    return url;
  }

  /** The address with user and password, as an application's configuration has it. */
  public String address() {
    return "postgresql://%s:%s@%s"
        .formatted(
            url.properties().getProperty("user"),
            URLEncoder.encode(url.properties().getProperty("password"), StandardCharsets.UTF_8),
            url.jdbcUrl().replace("jdbc:postgresql://", ""));
  }

  /** A plain session such as an application has. */
  public Connection session() {
    try {
      return TestCluster.connect(url);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs statements as an application would, each in a transaction of its own. */
  public void sql(String... statements) {
    try (Connection connection = session();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The first column of a query as texts. */
  public List<String> column(String query) {
    try (Connection connection = session();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      List<String> values = new ArrayList<>();
      while (row.next()) {
        values.add(row.getString(1));
      }
      return values;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One number. */
  public long number(String query) {
    return Long.parseLong(column(query).get(0));
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    database.close();
    try (Connection session = session()) {
      Canary.assertHidden(session);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    } finally {
      TestCluster.get().run("drop database if exists " + name + " with (force)");
    }
  }
}
