package dev.vectorkeeper.postgres.embedded;

import dev.vectorkeeper.VectorkeeperException;
import java.io.IOException;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Everything that can keep the private cluster from serving: one code and one message each. */
final class Failures {

  private static final String OTHER_SERVER =
      "name a server of your own by `database:` in vectorkeeper.yaml or by"
          + " VECTORKEEPER_DATABASE_URL.";
  private static final String NEW_PASSWORD =
      "Restore the file, or set a new password by ALTER ROLE vectorkeeper in PostgreSQL's"
          + " single-user mode and write it there.";
  private static final String OTHER_DIRECTORY = "Name another data directory, or ";
  private static final long LITTLE_SPACE_BYTES = 40L << 20;

  private Failures() {}

  static VectorkeeperException noBinaries(@Nullable String named, Collection<Path> directories) {
    String found =
        named == null || named.isBlank()
            ? "PostgreSQL %d or later is not installed on this machine (looked in: %s)."
                .formatted(InstalledServers.OLDEST_MAJOR, listed(directories))
            : "%s names %s, where initdb, pg_ctl and postgres of version %d or later are not all there."
                .formatted(
                    InstalledServers.BINARIES_VARIABLE, named, InstalledServers.OLDEST_MAJOR);
    return new VectorkeeperException(
        "VK-E01",
        found
            + " Run scripts/setup to install it, or set "
            + InstalledServers.BINARIES_VARIABLE
            + " to the directory that holds initdb, or "
            + OTHER_SERVER);
  }

  static VectorkeeperException noVector(int major, Throwable cause) {
    return new VectorkeeperException(
        "VK-E02",
        "PostgreSQL %d on this machine has no pgvector extension. Run scripts/setup to install it, or %s"
            .formatted(major, OTHER_SERVER),
        cause);
  }

  static VectorkeeperException unusable(Path directory, String reason, @Nullable Throwable cause) {
    String message =
        "The data directory %s cannot be used: %s. Name another data directory, or repair this one."
            .formatted(directory, reason);
    return cause == null
        ? new VectorkeeperException("VK-E03", message)
        : new VectorkeeperException("VK-E03", message, cause);
  }

  /** What the file system says, told apart by whether there is space left. */
  static VectorkeeperException disk(Path directory, IOException cause) {
    return orDiskFull(directory, reason(cause), unusable(directory, reason(cause), cause));
  }

  static VectorkeeperException badDatabaseName(String name) {
    return new VectorkeeperException(
        "VK-E03",
        "\"%s\" cannot name the private cluster's database. Use a letter, then up to 62 letters, digits, _ or -."
            .formatted(name));
  }

  static VectorkeeperException notOurs(Path path, String owner, String user) {
    return new VectorkeeperException(
        "VK-E04",
        "%s belongs to the user %s, and this program runs as %s. %srun it as %s."
            .formatted(path, owner, user, OTHER_DIRECTORY, owner));
  }

  static VectorkeeperException tooOpen(Path cluster) {
    return new VectorkeeperException(
        "VK-E04",
        "Others may enter the cluster %s, which PostgreSQL refuses. Run: chmod 700 %s"
            .formatted(cluster, cluster));
  }

  static VectorkeeperException cannotEnter(Path directory, String user) {
    return new VectorkeeperException(
        "VK-E04",
        "The server runs as the user %s, because PostgreSQL refuses root, but that user may not enter %s. "
                .formatted(user, directory)
            + OTHER_DIRECTORY
            + "let others pass through it and all directories above it (chmod o+x).");
  }

  static VectorkeeperException otherMajor(
      Path directory, int major, List<ServerBinaries> installed) {
    String versions =
        installed.stream()
            .map(binaries -> binaries.major() + " in " + binaries.directory())
            .collect(Collectors.joining(", "));
    return new VectorkeeperException(
        "VK-E05",
        "The cluster in %s was made by PostgreSQL %d, and this machine has only %s. "
                .formatted(directory, major, versions)
            + "Install PostgreSQL %d, or set %s to its directory, or name another data directory."
                .formatted(major, InstalledServers.BINARIES_VARIABLE));
  }

  static VectorkeeperException initdb(Path directory, ServerBinaries binaries, String output) {
    return orDiskFull(
        directory,
        output,
        new VectorkeeperException(
            "VK-E06",
            "%s could not create a cluster in %s. It said:%n%s"
                .formatted(binaries.initdb(), directory, output)));
  }

  static VectorkeeperException start(ClusterDirectory directory, String output, String log) {
    String said = log.isBlank() ? output : log;
    return orDiskFull(
        directory.root(),
        said,
        new VectorkeeperException(
            "VK-E07",
            "The PostgreSQL server in %s did not start. The last lines of %s:%n%s"
                .formatted(directory.root(), directory.logFile(), said)));
  }

  static VectorkeeperException neitherUpNorDown(ClusterDirectory directory) {
    return new VectorkeeperException(
        "VK-E07",
        "The PostgreSQL server in %s has been starting or stopping for two minutes. Look into %s."
            .formatted(directory.root(), directory.logFile()));
  }

  static VectorkeeperException noFreePort(IOException cause) {
    return new VectorkeeperException(
        "VK-E07", "No port is free on 127.0.0.1 for the PostgreSQL server.", cause);
  }

  static VectorkeeperException diskFull(Path directory, String output) {
    return new VectorkeeperException(
        "VK-E08",
        "There is too little space on the disk of %s. Free some, or name another data directory. %s"
            .formatted(directory, output)
            .strip());
  }

  static VectorkeeperException stop(ClusterDirectory directory, String output) {
    return new VectorkeeperException(
        "VK-E09",
        "The PostgreSQL server in %s did not stop; look into %s. pg_ctl said: %s"
            .formatted(directory.root(), directory.logFile(), output));
  }

  static VectorkeeperException passwordUnreadable(Path file, IOException cause) {
    return new VectorkeeperException(
        "VK-E10",
        "The cluster's password could not be read from %s (%s). %s"
            .formatted(file, reason(cause), NEW_PASSWORD),
        cause);
  }

  static VectorkeeperException passwordRefused(Path file, Throwable cause) {
    return new VectorkeeperException(
        "VK-E10", "The server refused the password in %s. %s".formatted(file, NEW_PASSWORD), cause);
  }

  static VectorkeeperException noUnprivilegedUser(Path directory) {
    return new VectorkeeperException(
        "VK-E11",
        "PostgreSQL refuses to run as root, and this machine has neither a user postgres nor nobody to own %s. Create the user postgres, or run this program as an ordinary user."
            .formatted(directory));
  }

  static VectorkeeperException cannotSwitchUser(String user) {
    return new VectorkeeperException(
        "VK-E11",
        "PostgreSQL refuses to run as root, and none of setpriv, runuser, su and sudo could switch to the user %s. Install util-linux, or run this program as an ordinary user."
            .formatted(user));
  }

  static VectorkeeperException database(String name, ClusterDirectory directory, Throwable cause) {
    return new VectorkeeperException(
        "VK-E12",
        "The database %s of the private server could not be opened: %s. Look into %s."
            .formatted(name, cause.getMessage(), directory.logFile()),
        cause);
  }

  static VectorkeeperException lock(Path file, Exception cause) {
    if (cause instanceof FileLockInterruptionException) {
      return new VectorkeeperException(
          "VK-E13",
          "Interrupted while another process held %s to start or stop the server.".formatted(file),
          cause);
    }
    return new VectorkeeperException(
        "VK-E13",
        "The lock file %s could not be used: %s. It must be on a local disk and writable by the user who runs this program."
            .formatted(file, reason(cause)),
        cause);
  }

  /** What an exception of the file system says, in words. */
  static String reason(Exception e) {
    if (e instanceof AccessDeniedException denied) {
      return "access to " + denied.getFile() + " is denied";
    }
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  private static VectorkeeperException orDiskFull(
      Path directory, String output, VectorkeeperException otherwise) {
    try {
      boolean full = Files.getFileStore(directory).getUsableSpace() < LITTLE_SPACE_BYTES;
      return full ? diskFull(directory, "What failed: " + output) : otherwise;
    } catch (IOException e) {
      return otherwise;
    }
  }

  private static String listed(Collection<Path> directories) {
    String found = directories.stream().map(Path::toString).collect(Collectors.joining(", "));
    return found.isEmpty() ? "the usual directories and PATH" : found;
  }
}
