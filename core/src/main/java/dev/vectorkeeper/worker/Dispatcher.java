package dev.vectorkeeper.worker;

import dev.vectorkeeper.backfill.Reconciliation;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.queue.ChangeLog;
import dev.vectorkeeper.source.Source;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that watches the change logs. While changes come it polls; after a while without any
 * it marks this worker idle and waits to be notified, with a slow poll beside it for writers that
 * committed in between.
 */
final class Dispatcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  /** From so many changes a look on they are a stream. */
  private static final int STREAM = 16;

  private static final Duration GATHER = Duration.ofMillis(50);
  private static final Duration GATHER_AT_WORK = Duration.ofSeconds(1);
  private static final Duration REFRESH = Duration.ofSeconds(1);
  private static final Duration RECONCILE_CHECK = Duration.ofSeconds(30);

  private final Database database;
  private final Worker worker;
  private final WorkerSettings settings;
  private final IdleMark idle;
  private final Thread thread = new Thread(this::run, "vectorkeeper-dispatcher");
  private volatile boolean stopping;
  private List<Source> sources = List.of();
  private long refreshed;
  private long reconciled;

  Dispatcher(Database database, Worker worker, String name, WorkerSettings settings) {
    this.database = database;
    this.worker = worker;
    this.settings = settings;
    this.idle = new IdleMark(database, name);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void run() {
    long lastChange = System.nanoTime();
    while (!stopping) {
      try {
        refreshSources();
        int taken = drain();
        if (taken > 0) {
          lastChange = System.nanoTime();
        }
        if (taken >= ChangeLog.DRAIN) {
          continue;
        }
        if (System.nanoTime() - lastChange > settings.linger().toNanos()) {
          waitIdle();
          lastChange = System.nanoTime();
        } else {
          gather(taken);
        }
      } catch (RuntimeException e) {
        if (!stopping) {
          LOG.warn("The change logs could not be read: {}", e.getMessage());
          pause(settings.idlePoll());
        }
      }
    }
    idle.close();
  }

  private void refreshSources() {
    if (sources.isEmpty() || System.nanoTime() - refreshed > REFRESH.toNanos()) {
      sources = worker.refresh();
      refreshed = System.nanoTime();
    }
    if (reconciled == 0 || System.nanoTime() - reconciled > RECONCILE_CHECK.toNanos()) {
      Reconciliation reconciliation = new Reconciliation(database.jdbi());
      reconciliation.startDue(settings.reconcileEvery());
      reconciliation.forgetRetired();
      reconciliation.noteSearches();
      reconciled = System.nanoTime();
    }
  }

  /**
   * Takes what is logged; returns how many changes that was. Few at a time are not worth a
   * transaction each: they are let gather for the time of a poll.
   */
  private int drain() {
    int taken = 0;
    for (Source source : sources) {
      taken +=
          database
              .jdbi()
              .inTransaction(handle -> new ChangeLog(source).drain(handle, settings.batch()));
    }
    if (taken > 0) {
      worker.wake();
    }
    return taken;
  }

  /** Waits until a change is there; returns also when it is time to stop. */
  private void waitIdle() {
    idle.mark();
    try {
      while (!stopping && drain() == 0) {
        idle.await(settings.idlePoll());
        refreshSources();
      }
    } finally {
      idle.unmark();
    }
  }

  /**
   * Lets changes gather, so that a stream of them costs few transactions: shortly while somebody
   * waits for work and little comes, longer where much comes or all are at work anyway.
   */
  private void gather(int taken) {
    long start = System.nanoTime();
    Duration most = taken < STREAM ? settings.busyPoll() : GATHER;
    pause(most);
    while (!stopping && !worker.hasRoom() && System.nanoTime() - start < GATHER_AT_WORK.toNanos()) {
      pause(settings.busyPoll());
    }
  }

  private void pause(Duration duration) {
    try {
      Thread.sleep(duration.toMillis());
    } catch (InterruptedException e) {
      stopping = true;
    }
  }

  @Override
  public void close() {
    stopping = true;
    thread.interrupt();
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
