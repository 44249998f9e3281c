package dev.vectorkeeper.postgres.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** A data directory for a test, where an unprivileged server can reach it. */
record TestCluster(Path dataDirectory) {

  /** A new one below a temporary directory; skips only where another server was named instead. */
  static TestCluster below(Path temporary) throws IOException {
    boolean other = System.getenv("VECTORKEEPER_DATABASE_URL") != null;
    Assumptions.assumeFalse(
        other && !isInstalled(), "a server is given instead of an installed one");
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwx--x--x"));
    return new TestCluster(temporary.toRealPath().resolve("data"));
  }

  private static boolean isInstalled() {
    try {
      return new InstalledServers(System.getenv()).best().hasVector();
    } catch (RuntimeException e) {
      return false;
    }
  }

  EmbeddedPostgres start() {
    return EmbeddedPostgres.start(new EmbeddedSettings(dataDirectory, "vectorkeeper"));
  }

  ClusterDirectory directory() {
    return new ClusterDirectory(dataDirectory);
  }

  /** The server's process, if one runs. */
  Optional<ProcessHandle> server() {
    return PostmasterFile.read(directory())
        .filter(file -> file.isServerOf(directory().cluster()))
        .flatMap(file -> ProcessHandle.of(file.pid()));
  }

  void assertStopped() {
    assertThat(server()).isEmpty();
    assertThat(directory().postmasterFile()).doesNotExist();
  }

  void assertRunning() {
    assertThat(server()).isPresent();
  }

  /**
   * What `ps` shows of a process; {@link ProcessHandle.Info#commandLine()} may leave arguments out.
   */
  static String commandLine(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc", String.valueOf(process.pid()), "cmdline"));
    } catch (IOException e) {
      return process.info().commandLine().orElse("");
    }
  }

  static String query(EmbeddedPostgres postgres, String sql) throws SQLException {
    try (Connection connection = connect(postgres);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getString(1);
    }
  }

  static void execute(EmbeddedPostgres postgres, String sql) throws SQLException {
    try (Connection connection = connect(postgres);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  static Connection connect(EmbeddedPostgres postgres) throws SQLException {
    return DriverManager.getConnection(
        postgres.jdbcUrl(), postgres.user(), postgres.password().reveal());
  }
}
