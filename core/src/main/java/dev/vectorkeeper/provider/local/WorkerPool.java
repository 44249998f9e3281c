package dev.vectorkeeper.provider.local;

import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.FailureKind;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that compute, one a core, shared by all callers. Callers take turns step by step, so
 * that a query waits for a text or two of a long request and not for all of it.
 */
final class WorkerPool {
  private static final long IDLE_SECONDS = 30;

  private final int threads;
  private final ThreadPoolExecutor executor;

  WorkerPool(int threads) {
    this.threads = threads;
    AtomicInteger number = new AtomicInteger();
    executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "vectorkeeper-local-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
  }

  /** How many steps run at the same time. */
  int threads() {
    return threads;
  }

  /**
   * Runs the steps 0 to {@code count - 1}, begun in that order, and returns when all have ended.
   *
   * @throws EmbeddingFailure when this thread was interrupted; it still is then, and no step is
   *     running any more
   */
  void forEach(int count, FairLoop.Step step) {
    FairLoop loop = new FairLoop(count, Math.min(threads, count), step, executor);
    try {
      loop.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbeddingFailure(
          FailureKind.UNAVAILABLE, "The local model was interrupted.", null, e);
    }
  }
}
