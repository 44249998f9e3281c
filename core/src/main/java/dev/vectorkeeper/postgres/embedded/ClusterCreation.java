package dev.vectorkeeper.postgres.embedded;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a new cluster with {@code initdb}, in a directory beside the final one that is renamed when
 * all is done: a cluster is there as a whole or not at all.
 */
final class ClusterCreation {

  private static final Logger LOG = LoggerFactory.getLogger(ClusterCreation.class);
  private static final String UNFINISHED = "cluster.new-";
  private static final long LEAST_BYTES = 150L << 20;

  private final ClusterDirectory directory;
  private final ClusterUser user;
  private final ServerBinaries binaries;

  ClusterCreation(ClusterDirectory directory, ClusterUser user, ServerBinaries binaries) {
    this.directory = directory;
    this.user = user;
    this.binaries = binaries;
  }

  /** Makes the cluster; a {@code VK-E04}, {@code E06} or {@code E08} where that fails. */
  void create() {
    LOG.info(
        "Creating a PostgreSQL {} cluster in {} as user {}",
        binaries.major(),
        directory.root(),
        user.name());
    try {
      if (!user.canEnter(directory.root())) {
        throw Failures.cannotEnter(directory.root(), user.name());
      }
      removeUnfinished();
      if (isDiskFull()) {
        throw Failures.diskFull(directory.root(), "");
      }
      Path fresh = emptyDirectory();
      directory.write(directory.passwordFile(), ServerPassword.random().reveal() + "\n", user);
      initialise(fresh);
      includeSettings(fresh);
      Files.move(fresh, directory.cluster(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw Failures.disk(directory.root(), e);
    }
  }

  // A root that is no mount point of its own, as in a chroot, has no file store to ask; initdb will
  // tell.
  private boolean isDiskFull() {
    try {
      return Files.getFileStore(directory.root()).getUsableSpace() < LEAST_BYTES;
    } catch (IOException e) {
      return false;
    }
  }

  // A name of its own for each attempt: an initdb whose parent was killed may still be writing.
  private Path emptyDirectory() throws IOException {
    Path fresh = directory.root().resolve(UNFINISHED + UUID.randomUUID());
    Files.createDirectory(
        fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    user.own(fresh);
    return fresh;
  }

  private void initialise(Path fresh) throws IOException {
    Program.Outcome outcome = initdb(fresh, "C.UTF-8");
    if (!outcome.succeeded()) {
      outcome = initdb(fresh, "C");
    }
    if (!outcome.succeeded()) {
      delete(fresh);
      throw Failures.initdb(directory.root(), binaries, outcome.output());
    }
  }

  private Program.Outcome initdb(Path fresh, String locale) {
    return Program.run(
        user.command(
            List.of(
                binaries.initdb(),
                "--pgdata=" + fresh,
                "--username=" + RunningServer.USER,
                "--pwfile=" + directory.passwordFile(),
                "--auth-local=scram-sha-256",
                "--auth-host=scram-sha-256",
                "--encoding=UTF8",
                "--locale=" + locale,
                "--no-instructions")));
  }

  // Written by the cluster's user: root must not follow a link that this user could have planted.
  private void includeSettings(Path fresh) {
    String line = "include '../" + directory.settingsFile().getFileName() + "'";
    String script = "printf '\\n%s\\n' \"$1\" >> \"$2\"";
    Path conf = fresh.resolve("postgresql.conf");
    Program.Outcome outcome =
        Program.run(user.command(List.of("sh", "-c", script, "sh", line, conf.toString())));
    if (!outcome.succeeded()) {
      throw Failures.initdb(directory.root(), binaries, outcome.output());
    }
  }

  private void removeUnfinished() throws IOException {
    try (DirectoryStream<Path> unfinished =
        Files.newDirectoryStream(directory.root(), UNFINISHED + "*")) {
      for (Path leftover : unfinished) {
        LOG.info("Removing {}, which was interrupted in the making", leftover);
        delete(leftover);
      }
    }
  }

  private static void delete(Path tree) {
    try {
      Files.walkFileTree(
          tree,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path entry, @Nullable IOException problem)
                throws IOException {
              Files.delete(entry);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      LOG.warn("{} could not be removed and is left: {}", tree, Failures.reason(e));
    }
  }
}
