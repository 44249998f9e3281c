package dev.vectorkeeper.postgres.embedded;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The programs of one installed PostgreSQL.
 *
 * @param directory holds {@code initdb}, {@code pg_ctl} and {@code postgres}
 * @param major the major version, such as 15
 * @param hasVector whether pgvector's control file was seen beside it; a guess where the layout is
 *     unknown
 */
record ServerBinaries(Path directory, int major, boolean hasVector) {

  private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) (\\d+)");

  /** The programs in a directory, or nothing where one of the three is missing or fails. */
  static Optional<ServerBinaries> in(Path directory) {
    boolean complete =
        List.of("initdb", "pg_ctl", "postgres").stream()
            .allMatch(name -> Files.isExecutable(directory.resolve(name)));
    if (!complete) {
      return Optional.empty();
    }
    Program.Outcome version = Program.run(List.of(directory.resolve("postgres") + "", "--version"));
    Matcher matcher = VERSION.matcher(version.output());
    if (!version.succeeded() || !matcher.find()) {
      return Optional.empty();
    }
    int major = Integer.parseInt(matcher.group(1));
    Path control = shareDirectory(directory, major).resolve("extension/vector.control");
    return Optional.of(new ServerBinaries(directory, major, Files.exists(control)));
  }

  String initdb() {
    return directory.resolve("initdb").toString();
  }

  String pgCtl() {
    return directory.resolve("pg_ctl").toString();
  }

  // pg_config belongs to a development package, so the layout is guessed without it.
  private static Path shareDirectory(Path directory, int major) {
    Path config = directory.resolve("pg_config");
    if (Files.isExecutable(config)) {
      Program.Outcome share = Program.run(List.of(config.toString(), "--sharedir"));
      if (share.succeeded()) {
        return Path.of(share.output());
      }
    }
    Path debian = Path.of("/usr/share/postgresql/" + major);
    return Files.isDirectory(debian) ? debian : directory.resolveSibling("share");
  }
}
