package dev.vectorkeeper.app.command;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.config.Configuration;
import dev.vectorkeeper.postgres.embedded.EmbeddedSettings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options before every command, and what they open. */
final class Context {
  private final Map<String, String> environment;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "The configuration file (default: ./vectorkeeper.yaml).")
  private @Nullable Path file;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description = "Where the embedded PostgreSQL keeps its data (default: in your data home).")
  private @Nullable Path dataDirectory;

  @Option(
      names = "--cache-dir",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description = "Where native libraries are unpacked (default: in your cache home).")
  private @Nullable Path cacheDirectory;

  Context(Map<String, String> environment) {
    this.environment = environment;
  }

  Path file() {
    return file == null ? Path.of("vectorkeeper.yaml") : file;
  }

  Configuration configuration() {
    return Configuration.load(file(), environment);
  }

  /**
   * Opens the database alone, whether there is a file yet or not; never the embedded one.
   *
   * @throws VectorkeeperException VK-I02 when nothing names a database
   */
  Vectorkeeper openDatabase() {
    Configuration known =
        hasFile()
            ? configuration()
            : Configuration.parse(
                "the environment",
                environment.containsKey("DATABASE_URL") ? databaseLine() : "{}",
                environment);
    if (known.database().isEmpty()) {
      throw new VectorkeeperException(
          "VK-I02",
          "No database is named: set DATABASE_URL, or name a configuration file that has one with --config.");
    }
    return open(known);
  }

  /** An empty one is that which a shell makes for what is printed. */
  private boolean hasFile() {
    return file().toFile().length() > 0;
  }

  /** The environment with the database that {@link #openDatabase()} opens. */
  Map<String, String> withDatabase() {
    Map<String, String> all = new HashMap<>(environment);
    if (hasFile()) {
      configuration().database().ifPresent(url -> all.put("DATABASE_URL", url));
    }
    return all;
  }

  /** How a file that is proposed names the database. */
  String databaseLine() {
    return hasFile() || environment.containsKey("DATABASE_URL")
        ? "database: ${DATABASE_URL}"
        : "# database: left out; the environment names it";
  }

  /** Opens what the configuration file describes. */
  Vectorkeeper open() {
    return open(configuration());
  }

  Vectorkeeper open(Configuration configuration) {
    return Vectorkeeper.open(configuration, directories(), environment);
  }

  Map<String, String> environment() {
    return environment;
  }

  Vectorkeeper.Directories directories() {
    Path data =
        dataDirectory == null
            ? EmbeddedSettings.defaults().dataDirectory()
            : dataDirectory.toAbsolutePath();
    return new Vectorkeeper.Directories(data, cache());
  }

  /** The demo's own directories, so that it never meets a user's embedded database. */
  Vectorkeeper.Directories demoDirectories() {
    Path data =
        dataDirectory == null
            ? EmbeddedSettings.defaults().dataDirectory().resolveSibling("vectorkeeper-demo")
            : dataDirectory.toAbsolutePath();
    return new Vectorkeeper.Directories(data, cache());
  }

  private Path cache() {
    if (cacheDirectory != null) {
      return cacheDirectory.toAbsolutePath();
    }
    return Optional.ofNullable(environment.get("XDG_CACHE_HOME"))
        .filter(home -> !home.isBlank())
        .map(Path::of)
        .orElse(Path.of(System.getProperty("user.home"), ".cache"))
        .resolve("vectorkeeper");
  }
}
