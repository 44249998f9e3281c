package dev.vectorkeeper.postgres.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one cluster of a data directory, as all of this process's users share it: the first to join
 * starts the server or finds it running, the last to leave in any process stops it.
 */
final class SharedCluster {

  private static final Logger LOG = LoggerFactory.getLogger(SharedCluster.class);

  /**
   * By real path. A file lock belongs to a process, so there is one of these for each directory.
   */
  private static final Map<Path, SharedCluster> CLUSTERS = new ConcurrentHashMap<>();

  private final ClusterDirectory directory;
  private final ClusterLocks locks;
  private int users;

  private SharedCluster(ClusterDirectory directory) {
    this.directory = directory;
    this.locks = new ClusterLocks(directory);
  }

  static SharedCluster in(Path dataDirectory) {
    ClusterDirectory directory = ClusterDirectory.prepare(dataDirectory);
    return CLUSTERS.computeIfAbsent(directory.root(), root -> new SharedCluster(directory));
  }

  Path dataDirectory() {
    return directory.root();
  }

  /** Becomes a user of the server, which runs afterwards and has that database. */
  synchronized RunningServer join(String databaseName) {
    ClusterUser user = ClusterUser.of(directory);
    directory.checkAccess(user);
    try (FileChannel control = locks.takeControl(user)) {
      if (users == 0) {
        locks.join(user);
      }
      users++;
      try {
        return ready(new ServerProcess(directory, user), databaseName);
      } catch (RuntimeException | IOException e) {
        leaveFailed(user, e);
        throw e;
      }
    } catch (IOException e) {
      throw Failures.disk(directory.root(), e);
    }
  }

  private RunningServer ready(ServerProcess process, String databaseName) throws IOException {
    process.createWhenMissing();
    process.prepareLog();
    OptionalInt running = process.runningPort();
    if (running.isEmpty()) {
      Files.deleteIfExists(directory.keepMark());
    } else {
      LOG.debug("PostgreSQL in {} runs already", directory.root());
    }
    int port = running.isPresent() ? running.getAsInt() : process.start();
    RunningServer server = new RunningServer(port, directory.password());
    new ServerDatabase(server, databaseName, directory).prepare();
    return server;
  }

  /** Ceases to be a user of the server, and stops it if no other is left. */
  synchronized void leave() {
    ClusterUser user = ClusterUser.of(directory);
    try (FileChannel control = locks.takeControl(user)) {
      leave(user);
    } catch (IOException e) {
      throw Failures.lock(directory.controlLock(), e);
    }
  }

  private void leave(ClusterUser user) {
    users--;
    if (users == 0 && locks.leaveAsLast() && !Files.exists(directory.keepMark())) {
      new ServerProcess(directory, user).stop();
    }
  }

  // An interrupted thread could not test the lock, and the server would be left behind.
  private void leaveFailed(ClusterUser user, Exception failure) {
    boolean interrupted = Thread.interrupted();
    try {
      leave(user);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Lets the server outlive its users, until {@link #stop()} or its own end. */
  synchronized void keepRunning() {
    try {
      Files.writeString(directory.keepMark(), "");
    } catch (IOException e) {
      throw Failures.disk(directory.root(), e);
    }
  }

  /** Stops the server whoever uses it; false where it was not running. */
  synchronized boolean stop() {
    ClusterUser user = ClusterUser.of(directory);
    directory.checkAccess(user);
    try (FileChannel control = locks.takeControl(user)) {
      Files.deleteIfExists(directory.keepMark());
      return new ServerProcess(directory, user).stop();
    } catch (IOException e) {
      throw Failures.lock(directory.controlLock(), e);
    }
  }
}
