package dev.vectorkeeper.worker;

import dev.vectorkeeper.catalog.Collection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that work for one collection: each steps as long as there is work, then waits to be
 * woken. One more ends backfills, so that no change waits for an index to be built.
 */
final class CollectionRunner implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CollectionRunner.class);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
  private static final Duration AFTER_ERROR = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration GIVE_BACK = Duration.ofSeconds(2);

  private final CollectionWork work;
  private final List<Thread> threads = new ArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition woken = lock.newCondition();
  private long wakes;
  private int waiting;
  private volatile boolean stopping;

  CollectionRunner(CollectionWork work) {
    this.work = work;
  }

  /** Whether this runs the collection as it is in the catalog now. */
  boolean runs(Collection collection) {
    Collection mine = work.collection();
    return mine.id() == collection.id()
        && collection.profile().paused().isEmpty()
        && mine.source().keys().columns().equals(collection.source().keys().columns())
        && mine.source().sync() == collection.source().sync()
        && mine.source().chunking().equals(collection.source().chunking());
  }

  /** Starts as many threads as the provider bears now; those above it, when it bears less, wait. */
  void adapt() {
    if (threads.isEmpty()) {
      add("finish", this::finish, false);
    }
    while (!stopping && threads.size() <= work.concurrency()) {
      int number = threads.size();
      add(Integer.toString(number), () -> step(number), true);
    }
  }

  private void add(String name, Supplier<CollectionWork.Step> step, boolean embeds) {
    Thread thread =
        new Thread(() -> loop(step, embeds), "vectorkeeper-" + work.collection() + "-" + name);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  private CollectionWork.Step step(int number) {
    return number > work.concurrency() ? CollectionWork.Step.NOTHING : work.step();
  }

  private CollectionWork.Step finish() {
    work.finishBackfill();
    return CollectionWork.Step.NOTHING;
  }

  void wake() {
    lock.lock();
    try {
      wakes++;
      woken.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void loop(Supplier<CollectionWork.Step> next, boolean embeds) {
    while (!stopping) {
      long seen = wakes();
      Duration pause;
      try {
        CollectionWork.Step step = next.get();
        pause = step.worked() ? step.delay() : LOOK_AGAIN;
        // What ends backfills is not worth a look at each change.
        if (step.trouble().isPresent() || !embeds) {
          seen = Long.MAX_VALUE;
        }
      } catch (RuntimeException e) {
        if (!stopping) {
          LOG.error("{}: {}", work.collection(), e.getMessage(), e);
        }
        pause = AFTER_ERROR;
        seen = Long.MAX_VALUE;
      }
      await(pause, seen, embeds);
    }
  }

  private long wakes() {
    lock.lock();
    try {
      return wakes;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for a time, or until somebody woke this since {@code seen}; the greatest number waits for
   * the whole time.
   */
  private void await(Duration pause, long seen, boolean embeds) {
    long left = pause.toNanos();
    boolean free = embeds && seen != Long.MAX_VALUE;
    lock.lock();
    try {
      waiting += free ? 1 : 0;
      while (left > 0 && !stopping && (seen == Long.MAX_VALUE || wakes == seen)) {
        left = woken.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      stopping = true;
    } finally {
      waiting -= free ? 1 : 0;
      lock.unlock();
    }
  }

  /** Whether a thread waits for work. */
  boolean hasRoom() {
    lock.lock();
    try {
      return waiting > 0;
    } finally {
      lock.unlock();
    }
  }

  /** Asks the threads to end after the batch that they are at. */
  void stop() {
    stopping = true;
    wake();
  }

  /** Whether all threads have ended. */
  boolean isDone() {
    return threads.stream().noneMatch(Thread::isAlive);
  }

  /**
   * Waits until the threads have ended; interrupts them when they take long, and leaves them a
   * moment to give back what they hold.
   */
  @Override
  public void close() {
    stop();
    try {
      join(PATIENCE);
      threads.forEach(Thread::interrupt);
      join(GIVE_BACK);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void join(Duration most) throws InterruptedException {
    long deadline = System.nanoTime() + most.toNanos();
    for (Thread thread : threads) {
      thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
    }
  }
}
