package dev.vectorkeeper.postgres.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The program's own directory: the cluster, and beside it the password, the locks, the settings and
 * the log.
 */
record ClusterDirectory(Path root) {

  // pg_ctl puts the paths between double quotes of a shell.
  private static final Pattern UNSAFE = Pattern.compile("[\"$`\\\\\\p{Cntrl}]");
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  /** Creates the directory when missing; a {@code VK-E03} where it cannot be used. */
  static ClusterDirectory prepare(Path path) {
    if (UNSAFE.matcher(path.toString()).find()) {
      throw Failures.unusable(path, "its name holds a quote, $, ` or \\", null);
    }
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw Failures.unusable(path, "it is a file", null);
    }
    if (Files.exists(path.resolve("PG_VERSION"))) {
      throw Failures.unusable(path, "it is the data directory of another PostgreSQL", null);
    }
    try {
      if (!Files.isDirectory(path)) {
        create(path);
      }
      return new ClusterDirectory(path.toRealPath());
    } catch (IOException e) {
      throw Failures.disk(path, e);
    }
  }

  private static void create(Path path) throws IOException {
    Path parent = path.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Files.createDirectory(path);
    // Under root the server's own user has to pass through to the cluster inside.
    String mode = ClusterUser.isRoot() ? "rwx--x--x" : "rwx------";
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  Path cluster() {
    return root.resolve("cluster");
  }

  Path passwordFile() {
    return root.resolve("password");
  }

  Path settingsFile() {
    return root.resolve("server.conf");
  }

  Path logFile() {
    return root.resolve("server.log");
  }

  Path controlLock() {
    return root.resolve("control.lock");
  }

  Path usersLock() {
    return root.resolve("users.lock");
  }

  /** Exists while the server is to outlive its users. */
  Path keepMark() {
    return root.resolve("keep-running");
  }

  Path postmasterFile() {
    return cluster().resolve("postmaster.pid");
  }

  /** Whether a whole cluster is there; one that was interrupted in the making has another name. */
  boolean hasCluster() {
    return Files.isDirectory(cluster(), LinkOption.NOFOLLOW_LINKS);
  }

  /** A {@code VK-E04} where this process may not use the directory, or others may. */
  void checkAccess(ClusterUser user) {
    try {
      for (Path path : hasCluster() ? List.of(root, cluster()) : List.of(root)) {
        if (!Files.isWritable(path) || !Files.isExecutable(path)) {
          throw Failures.notOurs(path, Files.getOwner(path).getName(), user.name());
        }
      }
      if (hasCluster() && isTooOpen(Files.getPosixFilePermissions(cluster()))) {
        throw Failures.tooOpen(cluster());
      }
    } catch (IOException e) {
      throw Failures.disk(root, e);
    }
  }

  // PostgreSQL itself takes 0700 and 0750.
  private static boolean isTooOpen(Set<PosixFilePermission> permissions) {
    return !PosixFilePermissions.fromString("rwxr-x---").containsAll(permissions);
  }

  /** The major version that made the cluster. */
  int major() {
    Path version = cluster().resolve("PG_VERSION");
    try {
      return Integer.parseInt(Files.readString(version).strip());
    } catch (IOException | NumberFormatException e) {
      throw Failures.unusable(root, version + " could not be read (" + Failures.reason(e) + ")", e);
    }
  }

  /** The password that the cluster was made with; a {@code VK-E10} where it is gone. */
  ServerPassword password() {
    try {
      return new ServerPassword(Files.readString(passwordFile()).strip());
    } catch (IOException e) {
      throw Failures.passwordUnreadable(passwordFile(), e);
    }
  }

  /** Replaces a small file as a whole, readable by the cluster's user alone. */
  void write(Path file, String content, ClusterUser user) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    createOwned(fresh, user);
    Files.writeString(fresh, content, StandardOpenOption.WRITE);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Creates an empty file, readable and writable by the cluster's user alone. */
  void createOwned(Path file, ClusterUser user) throws IOException {
    Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    user.own(file);
  }
}
