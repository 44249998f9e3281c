package dev.vectorkeeper.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.vectorkeeper.VectorkeeperException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Properties;
import javax.sql.DataSource;
import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.TemplateEngine;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL database as the engine uses it: a small pool of sessions whose settings are pinned,
 * so that a row's text renders the same in each of them, and which get an error rather than fewer
 * rows where row level security would hide something.
 */
public final class Database implements AutoCloseable {
  /** Pinned per session: what a value looks like as text depends on these (postgres-facts 4). */
  private static final String PINNED =
      """
      set timezone = 'UTC';
      set datestyle = 'ISO, MDY';
      set intervalstyle = 'postgres';
      set extra_float_digits = 1;
      set bytea_output = 'hex';
      set standard_conforming_strings = on;
      set xmloption = 'content';
      set row_security = off;
      set default_transaction_isolation = 'read committed';
      set jit = off;
      set client_min_messages = warning;
      set search_path = pg_catalog""";

  private final DatabaseUrl url;
  private volatile @Nullable HikariDataSource pool;
  private volatile Jdbi jdbi;
  private volatile Server server;

  private Database(DatabaseUrl url, HikariDataSource pool, Server server) {
    this.url = url;
    this.pool = pool;
    this.server = server;
    this.jdbi = jdbi(pool);
  }

  private Database(DatabaseUrl url, Server server, Jdbi jdbi) {
    this.url = url;
    this.server = server;
    this.jdbi = jdbi;
  }

  /** The same database through sessions that are somebody else's to open and to close. */
  Database through(ConnectionFactory sessions) {
    return new Database(url, server, configured(Jdbi.create(sessions)));
  }

  /**
   * Connects with at most {@code sessions} sessions.
   *
   * @throws VectorkeeperException VK-D02 when the server cannot be reached or refuses, VK-D03 when
   *     it is too old
   */
  public static Database open(DatabaseUrl url, int sessions) {
    Server server;
    try (Connection connection = connect(url)) {
      server = Server.read(connection);
    } catch (SQLException e) {
      throw unreachable(url, e);
    }
    server.requireSupportedVersion();
    return new Database(url, pool(url, sessions, server), server);
  }

  private static HikariDataSource pool(DatabaseUrl url, int sessions, Server server) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url.jdbcUrl());
    config.setDataSourceProperties(driverProperties(url));
    config.setMaximumPoolSize(sessions);
    config.setMinimumIdle(0);
    config.setIdleTimeout(60_000);
    config.setConnectionTimeout(10_000);
    config.setInitializationFailTimeout(-1);
    config.setPoolName("vectorkeeper");
    config.setConnectionInitSql(pinned(server));
    config.setExceptionOverrideClassName(KeptSessions.class.getName());
    return new HikariDataSource(config);
  }

  private static Properties driverProperties(DatabaseUrl url) {
    Properties properties = url.properties();
    properties.putIfAbsent("ApplicationName", "vectorkeeper");
    properties.putIfAbsent("tcpKeepAlive", "true");
    properties.putIfAbsent("connectTimeout", "10");
    return properties;
  }

  private static String pinned(Server server) {
    return PINNED
        + server.vectorSchema().map(schema -> ", " + SqlName.quote(schema)).orElse("")
        + ", pg_temp";
  }

  private static Connection connect(DatabaseUrl url) throws SQLException {
    return DriverManager.getConnection(url.jdbcUrl(), driverProperties(url));
  }

  private static VectorkeeperException unreachable(DatabaseUrl url, SQLException e) {
    return new VectorkeeperException(
        "VK-D02",
        "The database at %s could not be used: %s. Check that the server runs and that address, user and password are right."
            .formatted(url, firstLine(e)),
        e);
  }

  private static String firstLine(SQLException e) {
    String message = String.valueOf(e.getMessage());
    return message.lines().findFirst().orElse(message).replaceAll("[.\\s]+$", "");
  }

  private static Jdbi jdbi(DataSource pool) {
    return configured(Jdbi.create(pool));
  }

  private static Jdbi configured(Jdbi jdbi) {
    jdbi.getConfig(SqlStatements.class).setTemplateEngine(TemplateEngine.NOP);
    jdbi.registerArrayType(String.class, "text");
    jdbi.registerArrayType(Long.class, "bigint");
    jdbi.registerArrayType(Integer.class, "integer");
    jdbi.registerArrayType(byte[].class, "bytea");
    return jdbi;
  }

  /** The way to run statements; each handle is one pinned session from the pool. */
  public Jdbi jdbi() {
    return jdbi;
  }

  /** The pool of those sessions, for a library that asks for one. */
  public DataSource dataSource() {
    return Objects.requireNonNull(pool, "a recording has no pool");
  }

  /** What is known of the server since the connection was made. */
  public Server server() {
    return server;
  }

  /** What every session sets first. */
  public String settings() {
    return pinned(server);
  }

  /** Where this database is. */
  public DatabaseUrl url() {
    return url;
  }

  /**
   * A session outside the pool with the same pinned settings, for listening; the caller closes it.
   */
  public Connection dedicatedSession() throws SQLException {
    Connection connection = connect(url);
    try (var statement = connection.createStatement()) {
      statement.execute(pinned(server));
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
    return connection;
  }

  /** Opens the sessions anew, after something that they depend on was installed. */
  public void reopen() {
    try (Connection connection = connect(url)) {
      server = Server.read(connection);
    } catch (SQLException e) {
      throw unreachable(url, e);
    }
    HikariDataSource old = Objects.requireNonNull(pool);
    pool = pool(url, old.getMaximumPoolSize(), server);
    jdbi = jdbi(Objects.requireNonNull(pool));
    old.close();
  }

  @Override
  public void close() {
    HikariDataSource own = pool;
    if (own != null) {
      own.close();
    }
  }
}
