package dev.vectorkeeper.postgres.embedded;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The operating system's user that the server runs as: whoever runs this program, or an
 * unprivileged user where that is root, since PostgreSQL refuses root.
 */
final class ClusterUser {

  private static final String ROOT = "root";

  private final @Nullable UserPrincipal switchedTo;
  private final List<String> prefix;

  private ClusterUser(@Nullable UserPrincipal switchedTo, List<String> prefix) {
    this.switchedTo = switchedTo;
    this.prefix = prefix;
  }

  /** Whether this process has root's rights. */
  static boolean isRoot() {
    return new UnixSystem().getUid() == 0;
  }

  /**
   * The user for a data directory: under root, whoever owns the cluster or the directory already,
   * else {@code postgres}, else {@code nobody}.
   */
  static ClusterUser of(ClusterDirectory directory) {
    if (!isRoot()) {
      return new ClusterUser(null, List.of());
    }
    UserPrincipal user =
        Stream.of(directory.cluster(), directory.root())
            .filter(Files::exists)
            .map(ClusterUser::owner)
            .filter(owner -> !owner.getName().equals(ROOT))
            .findFirst()
            .orElseGet(() -> unprivileged(directory.root()));
    return new ClusterUser(user, switchTo(user.getName()));
  }

  /** The command line that runs a program as this user. */
  List<String> command(List<String> program) {
    return Stream.concat(prefix.stream(), program.stream()).toList();
  }

  /** Makes this user the owner of a file that root has created; nothing to do for others. */
  void own(Path file) throws IOException {
    if (switchedTo != null) {
      Files.setOwner(file, switchedTo);
    }
  }

  /** Whether this user can enter a directory, by its own and all its parents' permissions. */
  boolean canEnter(Path directory) {
    List<String> command = List.of("sh", "-c", "cd \"$1\"", "sh", directory.toString());
    return switchedTo == null || Program.run(command(command)).succeeded();
  }

  String name() {
    return switchedTo == null ? System.getProperty("user.name") : switchedTo.getName();
  }

  private static UserPrincipal owner(Path path) {
    try {
      return Files.getOwner(path, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      throw Failures.unusable(path, "its owner could not be read", e);
    }
  }

  private static UserPrincipal unprivileged(Path dataDirectory) {
    for (String name : List.of("postgres", "nobody")) {
      try {
        return dataDirectory
            .getFileSystem()
            .getUserPrincipalLookupService()
            .lookupPrincipalByName(name);
      } catch (IOException e) {
        // This user does not exist: the next one.
      }
    }
    throw Failures.noUnprivilegedUser(dataDirectory);
  }

  private static List<String> switchTo(String user) {
    String uid = Program.run(List.of("id", "-u", user)).output();
    String gid = Program.run(List.of("id", "-g", user)).output();
    return Stream.of(
            List.of("setpriv", "--reuid=" + uid, "--regid=" + gid, "--clear-groups", "--"),
            List.of("runuser", "-u", user, "--"),
            List.of("su", "-s", "/bin/sh", user, "-c", "exec \"$0\" \"$@\"", "--"),
            List.of("sudo", "-n", "-u", user, "--"))
        .filter(way -> becomes(way, uid))
        .findFirst()
        .orElseThrow(() -> Failures.cannotSwitchUser(user));
  }

  private static boolean becomes(List<String> way, String uid) {
    List<String> command = Stream.concat(way.stream(), Stream.of("id", "-u")).toList();
    Program.Outcome outcome = Program.run(command);
    return outcome.succeeded() && outcome.output().equals(uid);
  }
}
