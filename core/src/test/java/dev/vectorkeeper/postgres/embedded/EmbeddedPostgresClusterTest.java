package dev.vectorkeeper.postgres.embedded;

import static dev.vectorkeeper.postgres.embedded.TestCluster.query;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several processes on one data directory. */
@Timeout(120)
class EmbeddedPostgresClusterTest {

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
  void two_processes_share_one_server_and_the_last_to_leave_stops_it() throws Exception {
    try (EmbeddedPostgres ours = cluster.start();
        EmbeddedUser theirs = EmbeddedUser.begin(cluster.dataDirectory())) {
      assertThat(theirs.port()).isEqualTo(ours.port());
      ours.close();
      cluster.assertRunning();
      theirs.leave();
      cluster.assertStopped();
    }
  }

  @Test
  void the_first_to_leave_does_not_disturb_the_other() throws Exception {
    try (EmbeddedPostgres ours = cluster.start()) {
      EmbeddedUser theirs = EmbeddedUser.start(cluster.dataDirectory());
      theirs.leave();
      assertThat(query(ours, "select 1")).isEqualTo("1");
    }
    cluster.assertStopped();
  }

  @Test
  void two_first_starts_at_the_same_moment_end_with_one_server() throws Exception {
    try (EmbeddedUser one = EmbeddedUser.begin(cluster.dataDirectory());
        EmbeddedUser other = EmbeddedUser.begin(cluster.dataDirectory())) {
      assertThat(one.port()).isEqualTo(other.port());
      one.leave();
      cluster.assertRunning();
      other.leave();
      cluster.assertStopped();
    }
  }

  @Test
  void a_process_that_is_asked_to_end_stops_the_server_on_its_way() throws Exception {
    EmbeddedUser user = EmbeddedUser.start(cluster.dataDirectory());
    cluster.assertRunning();
    user.terminate();
    cluster.assertStopped();
  }

  @Test
  void a_server_kept_by_one_process_is_not_stopped_by_another() throws Exception {
    EmbeddedUser keeper = EmbeddedUser.start(cluster.dataDirectory());
    keeper.keepRunning();
    keeper.terminate();
    cluster.assertRunning();
    EmbeddedUser.start(cluster.dataDirectory()).leave();
    cluster.assertRunning();
  }

  @Test
  void a_process_that_waits_for_another_one_can_still_be_ended() throws Exception {
    cluster.start().close();
    try (FileChannel held =
        FileChannel.open(cluster.directory().controlLock(), StandardOpenOption.WRITE)) {
      held.lock();
      EmbeddedUser user = EmbeddedUser.begin(cluster.dataDirectory());
      user.awaitWaiting();
      user.terminate();
    }
    cluster.assertStopped();
  }
}
