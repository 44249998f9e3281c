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
import dev.vectorkeeper.queue.Claims;
import dev.vectorkeeper.source.Source;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * Works until nothing is left to do for some collections, then ends: what {@code worker --once} and
 * {@code backfill} do. Rows whose next attempt lies ahead are left for later.
 */
public final class Drain implements AutoCloseable {
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final Duration GIVE_BACK = Duration.ofSeconds(2);

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
    BatchResult sum = BatchResult.NONE;
    boolean worked = true;
    while (worked) {
      List<Part> parts = parts(collections, collection -> Share.all());
      boolean logged = drainLogs(parts);
      BatchResult round = round(parts, enough);
      sum = sum.plus(round);
      if (enough.getAsBoolean()) {
        return sum;
      }
      worked = logged || round.processed() > 0 || derivation.run() > 0 || waitForOthers(parts);
    }
    return sum;
  }

  /**
   * Does some of what is to be done, the oldest changes first, and does not wait for others.
   *
   * @param rows how many rows of each collection at most
   * @param backfills whether running backfills are worked on where changes are fewer than that
   * @param enough asked after each batch
   */
  public BatchResult runSome(
      List<Collection> collections, int rows, boolean backfills, BooleanSupplier enough) {
    List<Part> parts =
        parts(collections, collection -> new Share(true, backfills, false, Allowance.of(rows)));
    BatchResult sum = BatchResult.NONE;
    boolean worked = true;
    while (worked && !enough.getAsBoolean()) {
      boolean logged = drainLogs(parts);
      BatchResult round = round(parts, enough);
      sum = sum.plus(round);
      worked = logged || round.processed() > 0 || derivation.run() > 0;
    }
    return sum;
  }

  /**
   * Works on the running backfills of these collections until none is left, or it is enough; what
   * was queued or failed meanwhile is done too.
   *
   * @param rows how many rows of each collection at most; any number where nothing is given
   */
  public BatchResult runBackfills(
      List<Collection> collections, Optional<Integer> rows, BooleanSupplier enough) {
    List<Part> parts =
        parts(
            collections,
            collection ->
                new Share(
                    true, true, false, rows.map(Allowance::of).orElseGet(Allowance::unlimited)));
    BatchResult sum = BatchResult.NONE;
    boolean more = true;
    while (more) {
      sum = sum.plus(round(parts, enough));
      more =
          !enough.getAsBoolean()
              && parts.stream().anyMatch(part -> part.share().rows().left() > 0)
              && waitForOthers(parts);
    }
    return sum;
  }

  /** A collection and what part of its work is taken on. */
  private record Part(Collection collection, Share share) {
    Source source() {
      return collection.source();
    }
  }

  private static List<Part> parts(List<Collection> collections, Function<Collection, Share> share) {
    return collections.stream()
        .filter(collection -> collection.profile().paused().isEmpty())
        .map(collection -> new Part(collection, share.apply(collection)))
        .toList();
  }

  private boolean drainLogs(List<Part> parts) {
    boolean any = false;
    for (Source source : parts.stream().map(Part::source).distinct().toList()) {
      List<Part> mine = parts.stream().filter(part -> part.source().equals(source)).toList();
      any |= database.jdbi().inTransaction(handle -> drainLog(handle, source, mine)) > 0;
    }
    return any;
  }

  /** Takes no more changes from the log than may be done beside those that are queued already. */
  private int drainLog(Handle handle, Source source, List<Part> parts) {
    ChangeLog log = new ChangeLog(source);
    if (parts.stream().noneMatch(part -> part.share().rows().isLimited())) {
      return log.drain(handle, settings.batch());
    }
    long most =
        parts.stream()
            .mapToLong(
                part ->
                    part.share().rows().left() - new Claims(part.collection().id()).pending(handle))
            .min()
            .orElse(0);
    return most <= 0
        ? 0
        : log.drainOldest(handle, settings.batch(), (int) Math.min(most, ChangeLog.DRAIN));
  }

  private BatchResult round(List<Part> parts, BooleanSupplier enough) {
    ExecutorService pool = Executors.newCachedThreadPool();
    try {
      Queue<Future<BatchResult>> results = new ConcurrentLinkedQueue<>();
      for (Part part : parts) {
        Embedder embedder = providers.embedder(part.collection().profile().name());
        CollectionWork work =
            new CollectionWork(
                database, part.collection(), embedder, leases, governor, settings, part.share());
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
      end(pool);
    }
  }

  /** Leaves threads that are still at a batch a moment to give it back. */
  private static void end(ExecutorService pool) {
    pool.shutdownNow();
    boolean interrupted = Thread.interrupted();
    try {
      pool.awaitTermination(GIVE_BACK.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
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
          leaveAlone(step.trouble().get(), enough);
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

  /** Waits as long as the provider needs, or until it is enough. */
  private static void leaveAlone(Trouble trouble, BooleanSupplier enough) {
    FailureKind kind = trouble.failure().kind();
    if (kind.disposition() == FailureKind.Disposition.PAUSE) {
      throw new VectorkeeperException(
          kind.code(), String.valueOf(trouble.failure().getMessage()), trouble.failure());
    }
    long until = System.nanoTime() + trouble.delay().toNanos();
    while (System.nanoTime() < until
        && !enough.getAsBoolean()
        && !Thread.currentThread().isInterrupted()) {
      long left = Math.max(1, TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime()));
      pause(Duration.ofMillis(Math.min(left, LOOK.toMillis())));
    }
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
  private boolean waitForOthers(List<Part> parts) {
    boolean running =
        parts.stream()
            .anyMatch(
                part -> database.jdbi().withHandle(new Backfills(part.collection())::isRunning));
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
