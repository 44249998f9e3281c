package dev.vectorkeeper.postgres.embedded;

import static dev.vectorkeeper.postgres.embedded.TestCluster.execute;
import static dev.vectorkeeper.postgres.embedded.TestCluster.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ends without warning: of the process, of the server, of both, and of the cluster's creation. */
@Timeout(120)
class EmbeddedPostgresCrashTest {

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
  void a_server_whose_user_was_killed_is_found_and_stopped_by_the_next() throws Exception {
    EmbeddedUser user = EmbeddedUser.begin(cluster.dataDirectory());
    int port = user.port();
    user.kill();
    long orphan = cluster.server().orElseThrow().pid();

    try (EmbeddedPostgres postgres = cluster.start()) {
      assertThat(postgres.port()).isEqualTo(port);
      assertThat(cluster.server().orElseThrow().pid()).isEqualTo(orphan);
      assertThat(query(postgres, "select 1")).isEqualTo("1");
    }
    cluster.assertStopped();
  }

  @Test
  void after_process_and_server_were_killed_the_committed_rows_are_there() throws Exception {
    EmbeddedUser user = EmbeddedUser.start(cluster.dataDirectory());
    try (EmbeddedPostgres postgres = cluster.start()) {
      execute(postgres, "create table t as select g from generate_series(1, 1000) g");
      killServer();
      user.kill();
    }
    try (EmbeddedPostgres postgres = cluster.start()) {
      assertThat(query(postgres, "select count(*) from t")).isEqualTo("1000");
    }
    cluster.assertStopped();
  }

  @Test
  void a_server_that_was_killed_comes_back_at_the_port_its_users_know() throws Exception {
    try (EmbeddedPostgres first = cluster.start()) {
      killServer();
      try (EmbeddedPostgres second = cluster.start()) {
        assertThat(second.port()).isEqualTo(first.port());
        assertThat(query(first, "select 1")).isEqualTo("1");
      }
    }
    cluster.assertStopped();
  }

  @Test
  void a_process_id_that_a_stranger_bears_now_does_not_hinder_the_start() throws Exception {
    cluster.start().close();
    Process stranger = strangerOfTheServersUser();
    try {
      Path file = cluster.directory().postmasterFile();
      // The lines of a server that crashed, as PostgreSQL 15 writes them.
      Files.writeString(
          file,
          "%d\n%s\n1700000000\n%d\n\n127.0.0.1\n  1234567         7\nready   \n"
              .formatted(stranger.pid(), cluster.directory().cluster(), LoopbackPort.free()));
      Files.setOwner(file, Files.getOwner(cluster.directory().cluster()));

      try (EmbeddedPostgres postgres = cluster.start()) {
        assertThat(query(postgres, "select 1")).isEqualTo("1");
      }
      assertThat(stranger.isAlive()).isTrue();
      cluster.assertStopped();
    } finally {
      stranger.destroyForcibly().waitFor();
    }
  }

  @Test
  void an_interrupted_creation_is_begun_again() throws Exception {
    EmbeddedUser user = EmbeddedUser.begin(cluster.dataDirectory());
    await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(5)).until(this::isBegun);
    user.kill();
    assertThat(cluster.directory().hasCluster()).isFalse();

    try (EmbeddedPostgres postgres = cluster.start()) {
      assertThat(query(postgres, "select '[1]'::vector")).isEqualTo("[1]");
    }
    cluster.assertStopped();
    cluster.start().close();
  }

  @Test
  void a_log_that_grew_too_long_is_moved_aside() throws Exception {
    cluster.start().close();
    Path log = cluster.directory().logFile();
    Files.write(log, new byte[11 << 20], StandardOpenOption.APPEND);
    cluster.start().close();
    assertThat(log).content().hasSizeLessThan(100_000);
    assertThat(log.resolveSibling("server.log.1")).exists();
  }

  private void killServer() {
    ProcessHandle server = cluster.server().orElseThrow();
    server.destroyForcibly();
    await().until(() -> cluster.server().isEmpty());
  }

  // PostgreSQL only minds a process that its own user could signal.
  private Process strangerOfTheServersUser() throws IOException {
    ClusterUser user = ClusterUser.of(cluster.directory());
    return new ProcessBuilder(user.command(List.of("sleep", "600"))).start();
  }

  private boolean isBegun() throws IOException {
    if (!Files.isDirectory(cluster.dataDirectory())) {
      return false;
    }
    List<Path> begun = new ArrayList<>();
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(cluster.dataDirectory(), "cluster.new-*")) {
      entries.forEach(begun::add);
    }
    return begun.stream().anyMatch(entry -> Files.exists(entry.resolve("PG_VERSION")));
  }
}
