package dev.vectorkeeper.postgres.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two file locks by which processes share one cluster: {@code control.lock} is held alone while
 * the server is started or stopped, {@code users.lock} is shared by all processes that use it. The
 * operating system lets go of both when a process dies. Not safe for use by two threads at once.
 */
final class ClusterLocks {

  private static final Logger LOG = LoggerFactory.getLogger(ClusterLocks.class);

  private final ClusterDirectory directory;
  // A process's locks on a file end when it closes any channel to it, so there is only one.
  private @Nullable FileChannel users;
  private @Nullable FileLock membership;

  ClusterLocks(ClusterDirectory directory) {
    this.directory = directory;
  }

  /** Waits until no other process starts or stops the server; closing it lets the next one in. */
  FileChannel takeControl(ClusterUser user) {
    Path file = directory.controlLock();
    try {
      FileChannel channel = open(file, user);
      try {
        if (channel.tryLock() == null) {
          LOG.info(
              "Waiting for another process that starts or stops the server in {}",
              directory.root());
          channel.lock();
        }
        return channel;
      } catch (IOException | OverlappingFileLockException e) {
        channel.close();
        throw e;
      }
    } catch (IOException | OverlappingFileLockException e) {
      throw Failures.lock(file, e);
    }
  }

  /** Counts this process among the users. */
  void join(ClusterUser user) {
    Path file = directory.usersLock();
    try {
      users = open(file, user);
      membership = users.lock(0, Long.MAX_VALUE, true);
    } catch (IOException | OverlappingFileLockException e) {
      throw Failures.lock(file, e);
    }
  }

  /** No longer counts this process among the users; true when it was the last. */
  boolean leaveAsLast() {
    try (FileChannel channel = users;
        FileLock shared = membership) {
      users = null;
      membership = null;
      if (channel == null || shared == null) {
        return false;
      }
      shared.release();
      return channel.tryLock() != null;
    } catch (IOException | OverlappingFileLockException e) {
      throw Failures.lock(directory.usersLock(), e);
    }
  }

  private FileChannel open(Path file, ClusterUser user) throws IOException {
    if (!Files.exists(file)) {
      try {
        directory.createOwned(file, user);
      } catch (FileAlreadyExistsException e) {
        // Another process was quicker.
      }
    }
    return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }
}
