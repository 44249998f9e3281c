package dev.vectorkeeper.postgres.embedded;

import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Where the private cluster lives and which of its databases to open.
 *
 * @param dataDirectory a directory of the program's own, created when missing; the cluster is
 *     inside it
 * @param databaseName a letter or underscore, then letters, digits, underscores or hyphens; created
 *     when missing
 */
public record EmbeddedSettings(Path dataDirectory, String databaseName) {

  private static final Pattern DATABASE_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]{0,62}");

  /** Checks both; throws a {@code VK-E03} that says what is wrong with them. */
  public EmbeddedSettings {
    dataDirectory = dataDirectory.toAbsolutePath().normalize();
    if (!DATABASE_NAME.matcher(databaseName).matches()) {
      throw Failures.badDatabaseName(databaseName);
    }
  }

  /** The database {@code vectorkeeper} in the user's data home, or in /var/lib for root. */
  public static EmbeddedSettings defaults() {
    Path home = Path.of(System.getProperty("user.home"));
    boolean macOs = System.getProperty("os.name").startsWith("Mac");
    return defaults(System.getenv(), home, macOs, ClusterUser.isRoot());
  }

  static EmbeddedSettings defaults(
      Map<String, String> environment, Path home, boolean macOs, boolean root) {
    return new EmbeddedSettings(dataHome(environment, home, macOs, root), "vectorkeeper");
  }

  private static Path dataHome(
      Map<String, String> environment, Path home, boolean macOs, boolean root) {
    if (root) {
      // The server runs as an unprivileged user, who may not enter root's home.
      return Path.of("/var/lib/vectorkeeper");
    }
    if (macOs) {
      return home.resolve("Library/Application Support/vectorkeeper");
    }
    Path xdg = Path.of(environment.getOrDefault("XDG_DATA_HOME", ""));
    // The XDG specification says that a relative path is to be ignored.
    return (xdg.isAbsolute() ? xdg : home.resolve(".local/share")).resolve("vectorkeeper");
  }
}
