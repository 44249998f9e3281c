package dev.vectorkeeper.postgres.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.vectorkeeper.VectorkeeperException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedSettingsTest {

  private static final Path HOME = Path.of("/home/ada");

  @Test
  void the_data_directory_is_in_the_users_data_home() {
    assertThat(dataDirectory(Map.of(), false, false))
        .isEqualTo(Path.of("/home/ada/.local/share/vectorkeeper"));
    assertThat(dataDirectory(Map.of("XDG_DATA_HOME", "/big/disk"), false, false))
        .isEqualTo(Path.of("/big/disk/vectorkeeper"));
    assertThat(dataDirectory(Map.of("XDG_DATA_HOME", "not/absolute"), false, false))
        .isEqualTo(Path.of("/home/ada/.local/share/vectorkeeper"));
    assertThat(dataDirectory(Map.of(), true, false))
        .isEqualTo(Path.of("/home/ada/Library/Application Support/vectorkeeper"));
  }

  @Test
  void roots_data_directory_is_where_an_unprivileged_user_can_reach_it() {
    assertThat(dataDirectory(Map.of("XDG_DATA_HOME", "/srv/data"), false, true))
        .isEqualTo(Path.of("/var/lib/vectorkeeper"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1st", "a b", "x\"; drop database y", "é"})
  void a_database_name_that_would_need_quoting_is_refused(String name) {
    assertThatExceptionOfType(VectorkeeperException.class)
        .isThrownBy(() -> new EmbeddedSettings(HOME, name))
        .satisfies(e -> assertThat(e.code()).isEqualTo("VK-E03"));
  }

  private static Path dataDirectory(Map<String, String> environment, boolean macOs, boolean root) {
    return EmbeddedSettings.defaults(environment, HOME, macOs, root).dataDirectory();
  }
}
