package dev.vectorkeeper.worker;

import dev.vectorkeeper.backfill.Backfills;
import dev.vectorkeeper.backfill.RangeBatch;
import dev.vectorkeeper.backfill.RangeSize;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.observe.Tracing;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.provider.Embedder;
import dev.vectorkeeper.provider.FailureKind.Disposition;
import dev.vectorkeeper.queue.BatchResult;
import dev.vectorkeeper.queue.Claim;
import dev.vectorkeeper.queue.ClaimBatch;
import dev.vectorkeeper.queue.Claims;
import dev.vectorkeeper.queue.Failures;
import dev.vectorkeeper.queue.KeyBatch;
import dev.vectorkeeper.quota.QuotaBoard;
import dev.vectorkeeper.store.VectorIndex;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.event.Level;

/**
 * The work of one collection, step by step: a claim first, so that live changes go before backfill,
 * else a range, else what ends a backfill. Several threads may step at once.
 */
public final class CollectionWork {
  private static final Logger LOG = LoggerFactory.getLogger(CollectionWork.class);
  private static final Duration WARN_EVERY = Duration.ofMinutes(1);

  /**
   * What one step did.
   *
   * @param worked whether there was anything to do
   * @param result counts of rows
   * @param trouble what keeps the provider from answering, where something does
   */
  public record Step(boolean worked, BatchResult result, Optional<Trouble> trouble) {
    static final Step NOTHING = new Step(false, BatchResult.NONE, Optional.empty());

    /** How long to wait before the next step. */
    public Duration delay() {
      return trouble.map(Trouble::delay).orElse(Duration.ZERO);
    }
  }

  private final Database database;
  private final Catalog catalog;
  private final Collection collection;
  private final Embedder embedder;
  private final EmbeddingPath path;
  private final Claims claims;
  private final Failures failures;
  private final Backfills backfills;
  private final Leases leases;
  private final WorkerSettings settings;
  private final SweepWork sweeps;
  private final Governor governor;
  private final RangeSize rangeSize;
  private final QuotaBoard quota;
  private final Share share;
  private final PassMeters meters;
  private final AtomicLong warned = new AtomicLong(System.nanoTime() - WARN_EVERY.toNanos());
  private volatile boolean ready;

  CollectionWork(
      Database database,
      Collection collection,
      Embedder embedder,
      Leases leases,
      Governor governor,
      WorkerSettings settings,
      Share share) {
    this.governor = governor;
    this.share = share;
    this.meters = new PassMeters(collection);
    this.database = database;
    this.catalog = new Catalog(database.jdbi());
    this.collection = collection;
    this.embedder = embedder;
    this.path =
        new EmbeddingPath(
            database,
            collection,
            new RowEmbedder(embedder, collection.source().chunking(), settings.retryBase()),
            governor);
    this.claims = new Claims(collection.id());
    this.failures = new Failures(collection.id());
    this.backfills = new Backfills(collection);
    this.leases = leases;
    this.settings = settings;
    this.sweeps = new SweepWork(database, collection, path);
    this.rangeSize = new RangeSize(settings.batch());
    this.quota = new QuotaBoard(collection.profile().id());
    this.ready = collection.state() == Collection.State.READY;
  }

  Collection collection() {
    return collection;
  }

  /** How many threads are worth having at work now. */
  int concurrency() {
    return Math.max(1, embedder.provider().concurrency());
  }

  /** Does the next piece of work, if there is any. */
  public Step step() {
    Optional<KeyBatch> batch = share.claims() ? nextClaim() : Optional.empty();
    if (batch.isEmpty() && share.ranges()) {
      BatchResult swept = sweeps.runIfRequested();
      if (swept.processed() > 0) {
        return new Step(true, swept, Optional.empty());
      }
      batch = nextRange();
    }
    if (batch.isEmpty()) {
      return Step.NOTHING;
    }
    long start = System.nanoTime();
    Step step = run(batch.get());
    if (batch.get() instanceof RangeBatch && step.trouble().isPresent()) {
      rangeSize.troubled();
    } else if (batch.get() instanceof RangeBatch) {
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      rangeSize.took(batch.get().keys().size(), took);
      governor.rest(took);
    }
    return step;
  }

  private Optional<KeyBatch> nextClaim() {
    return allowed(
        settings.batch(),
        (handle, most) -> {
          failures.claimDue(handle, settings.batch());
          Optional<Claim> claim =
              share.rows().isLimited()
                  ? claims.claimExactly(handle, leases.worker(), most, settings.lease())
                  : claims.claim(handle, leases.worker(), most, settings.lease());
          return claim.map(held -> new ClaimBatch(claims, held));
        });
  }

  private Optional<KeyBatch> nextRange() {
    return allowed(
        rangeSize.rows(),
        (handle, most) ->
            backfills
                .claim(handle, leases.worker(), most, settings.lease())
                .map(KeyBatch.class::cast));
  }

  /** Takes a batch of no more rows than may be taken; what it lacks to that stays allowed. */
  private Optional<KeyBatch> allowed(
      int wanted, BiFunction<Handle, Integer, Optional<KeyBatch>> next) {
    int most = share.rows().take(wanted);
    if (most == 0) {
      return Optional.empty();
    }
    Optional<KeyBatch> batch = Optional.empty();
    try {
      batch = database.jdbi().inTransaction(handle -> next.apply(handle, most));
    } finally {
      share.rows().giveBack(Math.max(0, most - batch.map(b -> b.keys().size()).orElse(0)));
    }
    return batch;
  }

  /** Takes a batch through the path while its lease is kept up. */
  Step run(KeyBatch batch) {
    Span span =
        Tracing.tracer()
            .spanBuilder("batch " + collection)
            .setAttribute("vectorkeeper.keys", batch.keys().size())
            .startSpan();
    try (Leases.Held held = leases.hold(batch);
        Scope scope = span.makeCurrent();
        MDC.MDCCloseable named = MDC.putCloseable("collection", collection.toString());
        MDC.MDCCloseable numbered = MDC.putCloseable("batch", batch.toString())) {
      EmbeddingPath.Pass pass = path.run(held.batch());
      meters.passed(pass.result(), batch.since());
      quota.post(database.jdbi(), embedder.provider().quota());
      pass.trouble().ifPresent(this::pauseIfNeeded);
      return new Step(true, pass.result(), pass.trouble());
    } catch (RuntimeException e) {
      span.recordException(e);
      giveBack(batch, e);
      throw e;
    } finally {
      span.end();
    }
  }

  /** Does not wait for the lease to run out, also when this thread was asked to end. */
  private void giveBack(KeyBatch batch, RuntimeException broken) {
    boolean interrupted = Thread.interrupted();
    try {
      Duration delay = interrupted ? Duration.ZERO : settings.retryBase();
      database.jdbi().useHandle(handle -> batch.release(handle, delay));
    } catch (RuntimeException e) {
      broken.addSuppressed(e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void pauseIfNeeded(Trouble trouble) {
    if (trouble.isOfProvider()) {
      catalog.note(
          collection.profile(),
          trouble.failure().kind().code(),
          String.valueOf(trouble.failure().getMessage()));
    }
    if (trouble.failure().kind().disposition() == Disposition.PAUSE) {
      LOG.warn(
          "The profile {} is paused: {}",
          collection.profile().name(),
          trouble.failure().getMessage());
      catalog.pause(
          collection.profile(),
          trouble.failure().kind().code(),
          String.valueOf(trouble.failure().getMessage()));
    } else {
      LOG.atLevel(isTimeToWarn() ? Level.WARN : Level.DEBUG)
          .log(
              "{}: {} Trying again in {} ms.",
              collection,
              trouble.failure().getMessage(),
              trouble.delay().toMillis());
    }
  }

  /** A provider that stays away would else fill the log. */
  private boolean isTimeToWarn() {
    long now = System.nanoTime();
    long last = warned.get();
    return now - last >= WARN_EVERY.toNanos() && warned.compareAndSet(last, now);
  }

  /** Ends a backfill whose last range is done; then the index, and the collection is ready. */
  void finishBackfill() {
    boolean finished = share.ranges() && database.jdbi().inTransaction(backfills::finish);
    if (!share.indexes()) {
      return;
    }
    if ((finished || !ready) && !database.jdbi().withHandle(backfills::isRunning)) {
      new VectorIndex(collection, database).ensure();
      catalog.setReady(collection);
      ready = true;
    }
  }
}
