package dev.vectorkeeper.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vectorkeeper.postgres.DatabaseUrl;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** A streaming replica of the tests' cluster, on the loopback address. */
public final class Replica implements AutoCloseable {
  private final Path data;
  private final String user;
  private final Path programs;
  private final String superuser;
  private final String password;
  private final DatabaseUrl url;

  private Replica(TestDatabase test, int port) throws IOException {
    Path primary = Path.of(test.column("show data_directory").get(0));
    this.programs =
        Path.of(test.column("select setting from pg_config where name = 'BINDIR'").get(0));
    this.user = Files.getOwner(primary).getName();
    // Beside the primary, whose settings include a file of the directory above.
    this.data = primary.resolveSibling("replica");
    this.superuser = test.url().properties().getProperty("user");
    this.password = test.url().properties().getProperty("password");
    this.url =
        DatabaseUrl.of("jdbc:postgresql://127.0.0.1:" + port + "/postgres", superuser, password);
    Files.createDirectory(
        data, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.setOwner(data, Files.getOwner(primary));
    run(
        "pg_basebackup",
        "--host=127.0.0.1",
        "--port=" + test.column("show port").get(0),
        "--username=" + superuser,
        "--pgdata=" + data,
        "--write-recovery-conf",
        "--checkpoint=fast");
    run("pg_ctl", "-D", data.toString(), "-o", "-p " + port, "-l", data + "/log", "-w", "start");
  }

  /** A running replica; skips the test where the cluster is not the tests' own. */
  public static Replica of(TestDatabase test) {
    assumeTrue(System.getenv("VECTORKEEPER_DATABASE_URL") == null, "not our cluster to copy");
    try {
      return new Replica(test, freePort());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private void run(String program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    if (!user.equals(System.getProperty("user.name"))) {
      command.addAll(List.of("setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups"));
    }
    command.add(programs.resolve(program).toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("PGPASSWORD", password);
    builder.directory(new File("/")).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    try {
      assertThat(builder.start().waitFor()).as(program).isZero();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Runs a statement on the replica. */
  public void sql(String sql) {
    try (Connection connection = TestCluster.connect(url);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Ends the replica; its files stay beside the cluster's, and go with them. */
  @Override
  public void close() {
    try {
      run("pg_ctl", "-D", data.toString(), "-w", "-m", "immediate", "stop");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
