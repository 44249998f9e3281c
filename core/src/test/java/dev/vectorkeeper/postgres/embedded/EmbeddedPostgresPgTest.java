package dev.vectorkeeper.postgres.embedded;

import static dev.vectorkeeper.postgres.embedded.TestCluster.connect;
import static dev.vectorkeeper.postgres.embedded.TestCluster.execute;
import static dev.vectorkeeper.postgres.embedded.TestCluster.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class EmbeddedPostgresPgTest {

  // A session's own time zone is the client's.
  private static final String APPLIED =
      "select setting from pg_file_settings where applied and name = '%s'";

  @TempDir Path temporary;
  TestCluster cluster;

  @BeforeEach
  void name_a_data_directory() throws Exception {
    cluster = TestCluster.below(temporary);
  }

  @AfterEach
  void stop_what_a_failed_test_left() {
    if (cluster != null) {
      EmbeddedPostgres.stop(cluster.dataDirectory());
    }
  }

  @Test
  void a_first_start_serves_vectors_and_a_restart_keeps_the_rows_and_is_quick() throws Exception {
    try (EmbeddedPostgres postgres = cluster.start()) {
      execute(postgres, "create table t as select '[1,2,3]'::vector(3) as v");
    }
    cluster.assertStopped();

    Instant before = Instant.now();
    try (EmbeddedPostgres postgres = cluster.start()) {
      assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(5));
      assertThat(query(postgres, "select v <-> '[1,2,4]' from t")).isEqualTo("1");
      assertThat(postgres.jdbcUrl())
          .isEqualTo("jdbc:postgresql://127.0.0.1:" + postgres.port() + "/vectorkeeper");
      assertThat(postgres.dataDirectory()).isEqualTo(cluster.dataDirectory());
    }
    cluster.assertStopped();
  }

  @Test
  void nobody_else_can_read_the_files_or_the_password() throws Exception {
    try (EmbeddedPostgres postgres = cluster.start()) {
      ClusterDirectory directory = cluster.directory();
      assertThat(mode(directory.cluster())).isEqualTo("rwx------");
      for (Path file :
          List.of(
              directory.passwordFile(),
              directory.settingsFile(),
              directory.logFile(),
              directory.usersLock(),
              directory.controlLock())) {
        assertThat(mode(file)).as("%s", file).isEqualTo("rw-------");
      }
      String password = postgres.password().reveal();
      assertThat(password).hasSize(43);
      assertThat(postgres.password()).hasToString("***");
      assertThat(ProcessHandle.allProcesses().map(TestCluster::commandLine))
          .noneMatch(line -> line.contains(password));
      assertThat(Files.readString(directory.logFile())).doesNotContain(password);
      assertThatThrownBy(
              () -> DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), "wrong"))
          .isInstanceOf(SQLException.class);
    }
  }

  @Test
  void the_server_never_runs_as_root_and_carries_none_of_our_environment() throws Exception {
    try (EmbeddedPostgres postgres = cluster.start()) {
      ProcessHandle server = cluster.server().orElseThrow();
      assertThat(server.info().user()).isPresent().get().isNotEqualTo("root");
      assertThat(
              query(
                  postgres,
                  "select count(*) from pg_hba_file_rules where auth_method <> 'scram-sha-256'"))
          .isEqualTo("0");
      Path environment = Path.of("/proc", String.valueOf(server.pid()), "environ");
      if (Files.isReadable(environment)) {
        assertThat(Files.readString(environment)).contains("LC_ALL=C").doesNotContain("JAVA");
      }
    }
  }

  @Test
  void the_settings_of_our_own_file_are_in_force() throws Exception {
    try (EmbeddedPostgres postgres = cluster.start()) {
      assertThat(query(postgres, "show max_wal_size")).isEqualTo("4GB");
      assertThat(query(postgres, "show fsync")).isEqualTo("on");
      assertThat(query(postgres, APPLIED.formatted("timezone"))).isEqualTo("UTC");
      assertThat(query(postgres, "show listen_addresses")).isEqualTo("127.0.0.1");
      assertThat(query(postgres, "show server_encoding")).isEqualTo("UTF8");
      assertThat(query(postgres, "select count(*) from pg_file_settings where error is not null"))
          .isEqualTo("0");
    }
  }

  @Test
  void two_starts_in_one_process_share_the_server_until_both_are_closed() throws Exception {
    EmbeddedPostgres first = cluster.start();
    EmbeddedPostgres second =
        EmbeddedPostgres.start(new EmbeddedSettings(cluster.dataDirectory(), "another-one"));
    assertThat(second.port()).isEqualTo(first.port());
    assertThat(query(second, "select current_database()")).isEqualTo("another-one");
    first.close();
    first.close();
    assertThat(query(second, "select '[1]'::vector")).isEqualTo("[1]");
    second.close();
    cluster.assertStopped();
  }

  @Test
  void a_server_that_is_kept_running_outlives_its_users_until_it_is_stopped() throws Exception {
    EmbeddedPostgres first = cluster.start();
    first.keepRunning();
    first.close();
    cluster.assertRunning();
    try (EmbeddedPostgres second = cluster.start()) {
      assertThat(second.port()).isEqualTo(first.port());
    }
    cluster.assertRunning();

    assertThat(EmbeddedPostgres.stop(cluster.dataDirectory())).isTrue();
    cluster.assertStopped();
    assertThat(EmbeddedPostgres.stop(cluster.dataDirectory())).isFalse();
    cluster.start().close();
    cluster.assertStopped();
  }

  @Test
  void an_interrupted_thread_still_stops_the_server() {
    EmbeddedPostgres postgres = cluster.start();
    Thread.currentThread().interrupt();
    postgres.close();
    assertThat(Thread.interrupted()).isTrue();
    cluster.assertStopped();
  }

  @Test
  void what_has_to_end_first_ends_while_the_server_still_runs() throws Exception {
    EmbeddedPostgres postgres = cluster.start();
    StringBuilder seen = new StringBuilder();
    postgres.beforeClose(
        () -> {
          try (var connection = connect(postgres)) {
            seen.append(connection.isValid(5));
          } catch (SQLException e) {
            seen.append(e);
          }
        });
    postgres.close();
    assertThat(seen).hasToString("true");
  }

  private static String mode(Path path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
