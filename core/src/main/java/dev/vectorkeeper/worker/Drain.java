package dev.vectorkeeper.worker;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.backfill.Backfills;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.derived.Derivation;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.provider.Embedder;
import dev.vectorkeeper.provider.FailureKind;
import dev.vectorkeeper.queue.BatchResult;
import dev.vectorkeeper.queue.ChangeLog;
import dev.vectorkeeper.source.Source;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Works until nothing is left to do for some collections, then ends: what {@code worker --once} and
 * {@code backfill} do. Rows whose next attempt lies ahead are left for later.
 */
public final class Drain implements AutoCloseable {
  private final Database database;
  private final Providers providers;
  private final WorkerSettings settings;
  private final Leases leases;
  private final Derivation derivation;
  private final Governor governor;

  public Drain(Database database, Providers providers, WorkerSettings settings) {
    this.database = database;
    this.providers = providers;
    this.settings = settings;
    this.derivation = new Derivation(database);
    this.governor = new Governor(database, settings.load());
    this.leases = new Leases(database, "once/" + ProcessHandle.current().pid(), settings.lease());
    governor.start();
  }

  /**
   * Drains the logs, queues and running backfills of these collections; collections of paused
   * profiles are left.
   *
   * @throws VectorkeeperException with the failure's code when a provider cannot be used at all
   */
  public BatchResult run(List<Collection> collections) {
    return run(collections, () -> false);
  }

  /**
   * The same, but ends as soon as it is enough, after the batches under way: an application that
   * never stops writing leaves no moment in which nothing is left to do.
   *
   * @param enough asked after each batch
   */
  public BatchResult run(List<Collection> collections, BooleanSupplier enough) {
    List<Collection> workable =
        collections.stream().filter(collection -> collection.profile().paused().isEmpty()).toList();
    BatchResult sum = BatchResult.NONE;
    boolean worked = true;
    while (worked) {
      boolean logged = drainLogs(workable);
      BatchResult round = round(workable, enough);
      sum = sum.plus(round);
      if (enough.getAsBoolean()) {
        return sum;
      }
      worked = logged || round.processed() > 0 || derivation.run() > 0 || waitForOthers(workable);
    }
    return sum;
  }

  private boolean drainLogs(List<Collection> collections) {
    boolean any = false;
    for (Source source : collections.stream().map(Collection::source).distinct().toList()) {
      any |=
          database
                  .jdbi()
                  .inTransaction(handle -> new ChangeLog(source).drain(handle, settings.batch()))
              > 0;
    }
    return any;
  }

  private BatchResult round(List<Collection> collections, BooleanSupplier enough) {
    ExecutorService pool = Executors.newCachedThreadPool();
    try {
      Queue<Future<BatchResult>> results = new ConcurrentLinkedQueue<>();
      for (Collection collection : collections) {
        Embedder embedder = providers.embedder(collection.profile().name());
        CollectionWork work =
            new CollectionWork(database, collection, embedder, leases, governor, settings);
        new Crew(work, pool, results, enough).grow();
      }
      BatchResult sum = BatchResult.NONE;
      for (Future<BatchResult> next = results.poll(); next != null; next = results.poll()) {
        sum = sum.plus(next.get());
      }
      return sum;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while working", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(e.getCause());
    } finally {
      pool.shutdownNow();
    }
  }

  /**
   * The threads that work for one collection; it grows and shrinks with what the provider bears.
   */
  private static final class Crew {
    private final CollectionWork work;
    private final ExecutorService pool;
    private final Queue<Future<BatchResult>> results;
    private final BooleanSupplier enough;
    private int size;

    Crew(
        CollectionWork work,
        ExecutorService pool,
        Queue<Future<BatchResult>> results,
        BooleanSupplier enough) {
      this.enough = enough;
      this.work = work;
      this.pool = pool;
      this.results = results;
    }

    synchronized void grow() {
      while (size < work.concurrency()) {
        size++;
        results.add(pool.submit(this::exhaust));
      }
    }

    private synchronized boolean isTooMany() {
      boolean tooMany = size > work.concurrency();
      size -= tooMany ? 1 : 0;
      return tooMany;
    }

    /** Steps until nothing is left or the provider needs to be left alone. */
    private BatchResult exhaust() {
      BatchResult sum = BatchResult.NONE;
      CollectionWork.Step step = work.step();
      while (step.worked() && !Thread.currentThread().isInterrupted()) {
        sum = sum.plus(step.result());
        if (step.trouble().isPresent()) {
          leaveAlone(step.trouble().get());
          return sum;
        }
        if (enough.getAsBoolean()) {
          break;
        }
        grow();
        if (isTooMany()) {
          return sum;
        }
        step = work.step();
      }
      work.finishBackfill();
      return sum;
    }
  }

  private static void leaveAlone(Trouble trouble) {
    FailureKind kind = trouble.failure().kind();
    if (kind.disposition() == FailureKind.Disposition.PAUSE) {
      throw new VectorkeeperException(
          kind.code(), String.valueOf(trouble.failure().getMessage()), trouble.failure());
    }
    pause(trouble.delay());
  }

  private static void pause(Duration duration) {
    try {
      TimeUnit.MILLISECONDS.sleep(duration.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Whether a backfill is still running because another process, or one that was killed, holds its
   * last ranges.
   */
  private boolean waitForOthers(List<Collection> collections) {
    boolean running =
        collections.stream()
            .anyMatch(
                collection -> database.jdbi().withHandle(new Backfills(collection)::isRunning));
    if (running) {
      pause(Duration.ofMillis(200));
    }
    return running;
  }

  @Override
  public void close() {
    governor.close();
    leases.close();
  }
}
