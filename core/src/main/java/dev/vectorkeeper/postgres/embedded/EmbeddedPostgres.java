package dev.vectorkeeper.postgres.embedded;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A private PostgreSQL server with pgvector, in use until it is closed or the process ends. All
 * users of one data directory, in this process and in others, share one server; the last to go
 * stops it. Failures are {@link dev.vectorkeeper.VectorkeeperException}s whose codes start with
 * {@code VK-E}.
 */
public final class EmbeddedPostgres implements AutoCloseable {

  private final SharedCluster cluster;
  private final String databaseName;
  private final Thread exitHook = new Thread(this::closeAtExit, "vectorkeeper-postgres-exit");
  private final AtomicReference<Runnable> beforeClose =
      new AtomicReference<>(EmbeddedPostgres::nothing);
  private volatile @Nullable Thread opening;
  private @Nullable RunningServer server;
  private boolean closed;

  private EmbeddedPostgres(SharedCluster cluster, String databaseName) {
    this.cluster = cluster;
    this.databaseName = databaseName;
  }

  /**
   * Creates the cluster when there is none, starts its server when it does not run, and makes sure
   * of the database with pgvector in it. Takes a few seconds the first time, then less than one.
   */
  public static EmbeddedPostgres start(EmbeddedSettings settings) {
    SharedCluster cluster = SharedCluster.in(settings.dataDirectory());
    EmbeddedPostgres postgres = new EmbeddedPostgres(cluster, settings.databaseName());
    // Before the server is started, so that a signal in between does not leave it behind.
    Runtime.getRuntime().addShutdownHook(postgres.exitHook);
    postgres.open();
    return postgres;
  }

  /**
   * Stops the server of a data directory whoever uses it, also one that was to be kept running;
   * false where none was running.
   */
  public static boolean stop(Path dataDirectory) {
    if (!Files.isDirectory(dataDirectory)) {
      return false;
    }
    return uninterrupted(() -> SharedCluster.in(dataDirectory).stop());
  }

  private synchronized void open() {
    opening = Thread.currentThread();
    try {
      server = cluster.join(databaseName);
    } finally {
      opening = null;
      if (server == null) {
        closed = true;
        removeExitHook();
      }
    }
  }

  /** The address of the database for JDBC, without user and password. */
  public String jdbcUrl() {
    return running().jdbcUrl(databaseName);
  }

  /** The superuser that the cluster was made with. */
  public String user() {
    return RunningServer.USER;
  }

  /** That user's password, which does not print itself. */
  public ServerPassword password() {
    return running().password();
  }

  /** The port on the loopback address; it may differ from one start of the server to the next. */
  public int port() {
    return running().port();
  }

  /** The directory that holds the cluster, its password, locks, settings and log. */
  public Path dataDirectory() {
    return cluster.dataDirectory();
  }

  /**
   * Lets the server go on after all its users have left, until {@link #stop(Path)} or the machine's
   * end.
   */
  public void keepRunning() {
    cluster.keepRunning();
  }

  /**
   * Names what has to end before the server is let go, at {@link #close()} and at the process's end
   * alike, such as connection pools and workers. Run once; a later call replaces it.
   */
  public void beforeClose(Runnable action) {
    beforeClose.set(action);
  }

  /** Lets go of the server, and stops it if this was its last user. A second call does nothing. */
  @Override
  public void close() {
    Objects.requireNonNull(beforeClose.getAndSet(EmbeddedPostgres::nothing)).run();
    uninterrupted(this::leaveOnce);
  }

  private void closeAtExit() {
    Thread thread = opening;
    if (thread != null) {
      // It may be waiting for a lock that another process never gives up.
      thread.interrupt();
    }
    close();
  }

  private synchronized boolean leaveOnce() {
    if (closed) {
      return false;
    }
    closed = true;
    removeExitHook();
    cluster.leave();
    return true;
  }

  private static void nothing() {}

  private synchronized RunningServer running() {
    return Objects.requireNonNull(server);
  }

  private void removeExitHook() {
    try {
      Runtime.getRuntime().removeShutdownHook(exitHook);
    } catch (IllegalStateException e) {
      // The process is ending: this may be that very thread.
    }
  }

  // An interrupted thread could not wait for a file lock, and the server would be left behind.
  private static boolean uninterrupted(BooleanSupplier step) {
    boolean interrupted = Thread.interrupted();
    try {
      return step.getAsBoolean();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
