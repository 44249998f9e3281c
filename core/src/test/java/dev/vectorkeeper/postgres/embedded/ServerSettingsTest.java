package dev.vectorkeeper.postgres.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ServerSettingsTest {

  @Test
  void a_large_machine_gives_a_gigabyte_and_no_more() {
    assertThat(ServerSettings.ofMemory(64_000).text())
        .contains("shared_buffers = '1024MB'")
        .contains("maintenance_work_mem = '1024MB'");
  }

  @Test
  void a_small_machine_gives_a_quarter() {
    assertThat(ServerSettings.ofMemory(1_000).text())
        .contains("shared_buffers = '250MB'")
        .contains("maintenance_work_mem = '125MB'");
  }

  @Test
  void rows_are_safe_and_only_this_machine_can_connect() {
    assertThat(ServerSettings.ofMemory(4_000).text())
        .contains("fsync = 'on'")
        .contains("listen_addresses = '127.0.0.1'")
        .contains("unix_socket_directories = ''");
  }
}
