package dev.vectorkeeper.worker;

import dev.vectorkeeper.derived.Derivation;
import dev.vectorkeeper.postgres.Database;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread of a worker that keeps derived vectors in step. */
final class DerivedWork implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DerivedWork.class);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(500);
  private static final Duration AFTER_ERROR = Duration.ofSeconds(10);

  private final Derivation derivation;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "vectorkeeper-derived");

  DerivedWork(Database database) {
    this.derivation = new Derivation(database);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void run() {
    Duration pause = LOOK_AGAIN;
    while (!isClosed(pause)) {
      try {
        derivation.run();
        pause = LOOK_AGAIN;
      } catch (RuntimeException e) {
        LOG.error("Derived vectors could not be made: {}", e.getMessage());
        pause = AFTER_ERROR;
      }
    }
  }

  private boolean isClosed(Duration pause) {
    try {
      return closed.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return true;
    }
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
