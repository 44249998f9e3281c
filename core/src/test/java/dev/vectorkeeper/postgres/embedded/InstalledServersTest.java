package dev.vectorkeeper.postgres.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.vectorkeeper.VectorkeeperException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstalledServersTest {

  @TempDir Path temporary;

  @Test
  void the_directory_that_the_variable_names_is_the_only_one_looked_at() throws Exception {
    install("bin", 42);
    ServerBinaries best = named("bin").best();
    assertThat(best.major()).isEqualTo(42);
    assertThat(best.initdb()).isEqualTo(temporary.resolve("bin/initdb").toString());
    assertThat(best.hasVector()).isFalse();
  }

  @Test
  void pgvector_is_seen_in_the_share_directory() throws Exception {
    install("bin", 42);
    Files.createDirectories(temporary.resolve("share/extension"));
    Files.writeString(temporary.resolve("share/extension/vector.control"), "");
    assertThat(named("bin").best().hasVector()).isTrue();
  }

  @Test
  void a_directory_without_programs_is_an_error_that_names_it_and_the_ways_out() {
    assertThatExceptionOfType(VectorkeeperException.class)
        .isThrownBy(() -> named("nothing").best())
        .withMessageContaining(temporary.resolve("nothing").toString())
        .withMessageContaining("scripts/setup")
        .withMessageContaining("VECTORKEEPER_DATABASE_URL")
        .satisfies(e -> assertThat(e.code()).isEqualTo("VK-E01"));
  }

  @Test
  void an_old_version_does_not_count() throws Exception {
    install("bin", 14);
    assertThatExceptionOfType(VectorkeeperException.class)
        .isThrownBy(() -> named("bin").best())
        .satisfies(e -> assertThat(e.code()).isEqualTo("VK-E01"));
  }

  @Test
  void a_cluster_of_another_version_names_both() throws Exception {
    install("bin", 42);
    assertThatExceptionOfType(VectorkeeperException.class)
        .isThrownBy(() -> named("bin").ofMajor(41, Path.of("/data")))
        .withMessageContaining("PostgreSQL 41")
        .withMessageContaining("42 in " + temporary.resolve("bin"))
        .satisfies(e -> assertThat(e.code()).isEqualTo("VK-E05"));
  }

  private InstalledServers named(String name) {
    return new InstalledServers(
        Map.of(InstalledServers.BINARIES_VARIABLE, temporary.resolve(name).toString()));
  }

  private void install(String name, int major) throws Exception {
    Path directory = Files.createDirectory(temporary.resolve(name));
    for (String program : new String[] {"initdb", "pg_ctl", "postgres"}) {
      Path file = directory.resolve(program);
      Files.writeString(file, "#!/bin/sh\necho '" + program + " (PostgreSQL) " + major + ".1'\n");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }
}
