package dev.vectorkeeper.provider.local;

import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.FailureKind;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** A loop whose runners go to the end of the pool's queue after every step. */
final class FairLoop {

  /** One step of a loop. */
  interface Step {
    void run(int index) throws Exception;
  }

  private final int count;
  private final int runners;
  private final Step step;
  private final Executor executor;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final CountDownLatch ended;

  FairLoop(int count, int runners, Step step, Executor executor) {
    this.count = count;
    this.runners = runners;
    this.step = step;
    this.executor = executor;
    this.ended = new CountDownLatch(runners);
  }

  void run() throws InterruptedException {
    for (int i = 0; i < runners; i++) {
      executor.execute(this::runOneStep);
    }
    try {
      ended.await();
    } catch (InterruptedException e) {
      next.set(count);
      // A step that is under way uses native memory that the caller may free.
      awaitUninterruptibly();
      throw e;
    }
    rethrowFailure();
  }

  private void runOneStep() {
    int index = next.getAndUpdate(i -> Math.min(i + 1, count));
    if (index >= count) {
      ended.countDown();
      return;
    }
    try {
      step.run(index);
    } catch (Throwable e) {
      failure.compareAndSet(null, e);
      next.set(count);
    }
    executor.execute(this::runOneStep);
  }

  private void awaitUninterruptibly() {
    while (true) {
      try {
        ended.await();
        return;
      } catch (InterruptedException e) {
        // The caller is told of the first interruption.
      }
    }
  }

  private void rethrowFailure() {
    Throwable thrown = failure.get();
    if (thrown instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown != null) {
      throw new EmbeddingFailure(
          FailureKind.UNAVAILABLE, "The local model failed: " + thrown.getMessage(), null, thrown);
    }
  }
}
