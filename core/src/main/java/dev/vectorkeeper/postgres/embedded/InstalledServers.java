package dev.vectorkeeper.postgres.embedded;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Every PostgreSQL installed on this machine that may serve, the best first. */
final class InstalledServers {

  static final int OLDEST_MAJOR = 15;
  static final String BINARIES_VARIABLE = "VECTORKEEPER_POSTGRES_BIN";

  /** The same places, in the same order, as scripts/setup. */
  private static final List<Place> PLACES =
      List.of(
          new Place("/usr/lib/postgresql", "*", "bin"),
          new Place("/usr", "pgsql-*", "bin"),
          new Place("/opt/homebrew/opt", "postgresql@*", "bin"),
          new Place("/usr/local/opt", "postgresql@*", "bin"),
          new Place("/Applications/Postgres.app/Contents/Versions", "*", "bin"));

  private static final Comparator<ServerBinaries> BEST_FIRST =
      Comparator.comparing(ServerBinaries::hasVector)
          .thenComparing(ServerBinaries::major)
          .reversed();

  private final Map<String, String> environment;

  InstalledServers(Map<String, String> environment) {
    this.environment = environment;
  }

  /** The one to make a new cluster with; a {@code VK-E01} where there is none. */
  ServerBinaries best() {
    return usable().findFirst().orElseThrow(this::noneFound);
  }

  /** The one for a cluster that a version has made; a {@code VK-E05} where that is missing. */
  ServerBinaries ofMajor(int major, Path dataDirectory) {
    List<ServerBinaries> usable = usable().toList();
    if (usable.isEmpty()) {
      throw noneFound();
    }
    return usable.stream()
        .filter(binaries -> binaries.major() == major)
        .findFirst()
        .orElseThrow(() -> Failures.otherMajor(dataDirectory, major, usable));
  }

  private RuntimeException noneFound() {
    return Failures.noBinaries(environment.get(BINARIES_VARIABLE), directories());
  }

  private Stream<ServerBinaries> usable() {
    return directories().stream()
        .map(ServerBinaries::in)
        .flatMap(Optional::stream)
        .filter(binaries -> binaries.major() >= OLDEST_MAJOR)
        .sorted(BEST_FIRST);
  }

  private Set<Path> directories() {
    String named = environment.getOrDefault(BINARIES_VARIABLE, "");
    if (!named.isBlank()) {
      return Set.of(Path.of(named).toAbsolutePath());
    }
    Set<Path> directories = new LinkedHashSet<>();
    PLACES.forEach(place -> directories.addAll(place.directories()));
    onPath().ifPresent(directories::add);
    return directories;
  }

  private Optional<Path> onPath() {
    return Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator))
        .map(entry -> Path.of(entry, "initdb"))
        .filter(Files::isExecutable)
        .findFirst()
        .map(InstalledServers::directoryOf);
  }

  private static Path directoryOf(Path program) {
    try {
      return program.toRealPath().resolveSibling("");
    } catch (IOException e) {
      return program.resolveSibling("");
    }
  }

  /** Directories that match {@code parent/pattern/child}. */
  private record Place(String parent, String pattern, String child) {

    List<Path> directories() {
      List<Path> found = new ArrayList<>();
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of(parent), pattern)) {
        entries.forEach(entry -> found.add(entry.resolve(child)));
      } catch (IOException | DirectoryIteratorException e) {
        return List.of();
      }
      return found;
    }
  }
}
