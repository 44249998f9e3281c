package dev.vectorkeeper.testing;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Holds up the first request that has a certain text in it, until the test opens the gate. */
public final class Gate implements Consumer<List<String>> {
  private final Predicate<String> which;
  private final AtomicBoolean taken = new AtomicBoolean();
  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch open = new CountDownLatch(1);

  private Gate(Predicate<String> which) {
    this.which = which;
  }

  /** A gate for the first request whose texts include one like this. */
  public static Gate before(Predicate<String> which) {
    return new Gate(which);
  }

  @Override
  public void accept(List<String> texts) {
    if (texts.stream().anyMatch(which) && taken.compareAndSet(false, true)) {
      reached.countDown();
      await(open);
    }
  }

  /** Returns when the request stands before the gate. */
  public void awaitReached() {
    await(reached);
  }

  public void open() {
    open.countDown();
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(30, TimeUnit.SECONDS)) {
        throw new IllegalStateException("nobody came to the gate, or nobody opened it");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted before the gate", e);
    }
  }
}
