package dev.vectorkeeper.bench;

import dev.vectorkeeper.worker.Worker;
import dev.vectorkeeper.worker.WorkerSettings;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** A worker with the usual settings that can be waited for until it has nothing to do. */
final class IdleWorker implements AutoCloseable {
  private static final Duration LONGEST = Duration.ofSeconds(60);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

  private static final String IDLE =
      "select count(*) from vectorkeeper.idle_worker where idle_until > clock_timestamp()";

  private final BenchDatabase database;
  private final Worker worker;

  private IdleWorker(BenchDatabase database, Worker worker) {
    this.database = database;
    this.worker = worker;
  }

  /** Starts it and waits until it is idle. */
  static IdleWorker start(BenchDatabase database, BenchSource source) {
    Worker worker = new Worker(database.database(), source.providers(), WorkerSettings.DEFAULT);
    worker.start();
    IdleWorker idle = new IdleWorker(database, worker);
    idle.await();
    return idle;
  }

  /** Waits until it asks to be notified. */
  void await() {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    while (database.number(IDLE) == 0) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("the worker did not become idle");
      }
      LockSupport.parkNanos(LOOK_AGAIN.toNanos());
    }
  }

  @Override
  public void close() {
    worker.close();
  }
}
