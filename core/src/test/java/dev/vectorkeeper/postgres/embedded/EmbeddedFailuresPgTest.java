package dev.vectorkeeper.postgres.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.vectorkeeper.VectorkeeperException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What keeps a cluster from serving is said with its place and the way out. */
@Timeout(120)
class EmbeddedFailuresPgTest {

  @TempDir Path temporary;
  TestCluster cluster;

  @BeforeEach
  void name_a_data_directory() throws Exception {
    cluster = TestCluster.below(temporary);
  }

  @Test
  void a_path_that_is_a_file() throws Exception {
    Files.writeString(cluster.dataDirectory(), "");
    assertThat(failure("VK-E03")).contains(cluster.dataDirectory() + "", "it is a file");
  }

  @Test
  void a_path_below_a_file() throws Exception {
    Files.writeString(cluster.dataDirectory(), "");
    cluster = new TestCluster(cluster.dataDirectory().resolve("deeper"));
    assertThat(failure("VK-E03")).contains(cluster.dataDirectory() + "");
  }

  @Test
  void a_name_that_a_shell_would_take_apart() {
    cluster = new TestCluster(temporary.resolve("$(id)"));
    assertThat(failure("VK-E03")).contains("$(id)");
    assertThat(cluster.dataDirectory()).doesNotExist();
  }

  @Test
  void the_data_directory_of_another_server() throws Exception {
    Files.createDirectory(cluster.dataDirectory());
    Files.writeString(cluster.dataDirectory().resolve("PG_VERSION"), "15\n");
    assertThat(failure("VK-E03")).contains("another PostgreSQL");
  }

  @Test
  void a_directory_that_the_servers_user_may_not_enter() throws Exception {
    Assumptions.assumeTrue(ClusterUser.isRoot(), "only root's server runs as another user");
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwx------"));
    assertThat(failure("VK-E04")).contains("may not enter", "chmod o+x");
    assertThat(cluster.directory().hasCluster()).isFalse();
  }

  @Test
  void a_directory_that_this_user_may_not_write() throws Exception {
    Assumptions.assumeFalse(ClusterUser.isRoot(), "root may write everywhere");
    Files.createDirectory(
        cluster.dataDirectory(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-x------")));
    assertThat(failure("VK-E04")).contains(cluster.dataDirectory() + "");
  }

  @Test
  void a_cluster_that_others_may_enter_is_refused_until_it_is_closed_to_them() throws Exception {
    cluster.start().close();
    Path directory = cluster.directory().cluster();
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(failure("VK-E04")).contains("chmod 700 " + directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    cluster.start().close();
  }

  @Test
  void a_cluster_of_another_version() throws Exception {
    cluster.start().close();
    write(cluster.directory().cluster().resolve("PG_VERSION"), "9\n");
    assertThat(failure("VK-E05")).contains("PostgreSQL 9", "VECTORKEEPER_POSTGRES_BIN");
  }

  @Test
  void a_server_that_cannot_start_shows_the_end_of_its_log() throws Exception {
    cluster.start().close();
    write(cluster.directory().cluster().resolve("postgresql.auto.conf"), "no_such_setting = 1\n");
    assertThat(failure("VK-E07")).contains("no_such_setting", cluster.directory().logFile() + "");
    cluster.assertStopped();
  }

  @Test
  void a_password_file_that_is_gone() throws Exception {
    cluster.start().close();
    Files.delete(cluster.directory().passwordFile());
    assertThat(failure("VK-E10")).contains(cluster.directory().passwordFile() + "");
    cluster.assertStopped();
  }

  @Test
  void a_password_that_the_server_refuses() throws Exception {
    cluster.start().close();
    write(cluster.directory().passwordFile(), "another\n");
    assertThat(failure("VK-E10")).contains("refused").doesNotContain("another");
    cluster.assertStopped();
  }

  private static void write(Path file, String content) throws IOException {
    Files.writeString(file, content);
  }

  private String failure(String code) {
    String[] message = new String[1];
    assertThatExceptionOfType(VectorkeeperException.class)
        .isThrownBy(() -> cluster.start().close())
        .satisfies(e -> assertThat(e.code()).isEqualTo(code))
        .satisfies(e -> message[0] = e.getMessage());
    return message[0];
  }
}
