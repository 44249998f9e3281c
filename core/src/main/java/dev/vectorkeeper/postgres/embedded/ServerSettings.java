package dev.vectorkeeper.postgres.embedded;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The server's settings, sized by the machine and written anew at each start. {@code ALTER SYSTEM}
 * overrides them.
 */
final class ServerSettings {

  private static final int MEBIBYTES_BITS = 20;
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  private final long memoryMegabytes;

  private ServerSettings(long memoryMegabytes) {
    this.memoryMegabytes = memoryMegabytes;
  }

  /** Settings for this machine, or for the container that the program runs in. */
  static ServerSettings ofThisMachine() {
    OperatingSystemMXBean machine =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return new ServerSettings(machine.getTotalMemorySize() >> MEBIBYTES_BITS);
  }

  static ServerSettings ofMemory(long megabytes) {
    return new ServerSettings(megabytes);
  }

  /** The text of a file that {@code postgresql.conf} includes. */
  String text() {
    return settings().entrySet().stream()
        .map(setting -> setting.getKey() + " = '" + setting.getValue() + "'\n")
        .collect(
            Collectors.joining("", "# Written by vectorkeeper at each start; do not edit.\n", ""));
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("listen_addresses", RunningServer.ADDRESS);
    settings.put("unix_socket_directories", "");
    settings.put("max_connections", "100");
    settings.put("timezone", "UTC");
    settings.put("jit", "off");
    memory(settings);
    writing(settings);
    disk(settings);
    logging(settings);
    return settings;
  }

  private void memory(Map<String, String> settings) {
    settings.put("shared_buffers", megabytes(memoryMegabytes / 4, 32, 1024));
    settings.put("effective_cache_size", megabytes(memoryMegabytes / 2, 64, 1 << MEBIBYTES_BITS));
    settings.put("maintenance_work_mem", maintenanceMegabytes() + "MB");
    settings.put("autovacuum_work_mem", megabytes(memoryMegabytes / 32, 16, 128));
    if (isSharedMemorySmall()) {
      settings.put("dynamic_shared_memory_type", "sysv");
    }
  }

  private static void writing(Map<String, String> settings) {
    settings.put("fsync", "on");
    settings.put("wal_level", "replica");
    settings.put("wal_compression", "on");
    settings.put("min_wal_size", "512MB");
    settings.put("max_wal_size", "4GB");
    settings.put("checkpoint_timeout", "15min");
    settings.put("checkpoint_completion_target", "0.9");
  }

  private static void disk(Map<String, String> settings) {
    settings.put("random_page_cost", "1.1");
    if (!System.getProperty("os.name").startsWith("Mac")) {
      // Before version 18 a server without posix_fadvise refuses any value but 0.
      settings.put("effective_io_concurrency", "200");
    }
  }

  // Statements stay out of the log: they may hold secrets, and vectors of many thousand digits.
  private static void logging(Map<String, String> settings) {
    settings.put("log_timezone", "UTC");
    settings.put("log_line_prefix", "%m [%p] %q%d ");
    settings.put("log_min_error_statement", "panic");
    settings.put("log_checkpoints", "off");
    settings.put("log_autovacuum_min_duration", "-1");
  }

  private long maintenanceMegabytes() {
    return clamp(memoryMegabytes / 8, 64, 1024);
  }

  // A parallel index build shares its memory through /dev/shm, which containers keep at 64 MB.
  private boolean isSharedMemorySmall() {
    try {
      long room = Files.getFileStore(SHARED_MEMORY).getTotalSpace() >> MEBIBYTES_BITS;
      return Files.isDirectory(SHARED_MEMORY) && room < 2 * maintenanceMegabytes();
    } catch (IOException e) {
      return false;
    }
  }

  private static String megabytes(long wanted, long least, long most) {
    return clamp(wanted, least, most) + "MB";
  }

  private static long clamp(long wanted, long least, long most) {
    return Math.max(least, Math.min(most, wanted));
  }
}
