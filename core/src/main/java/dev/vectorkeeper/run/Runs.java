package dev.vectorkeeper.run;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.backfill.BackfillOptions;
import dev.vectorkeeper.backfill.Backfills;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.queue.BatchResult;
import dev.vectorkeeper.source.SourceDefinition.Sync;
import dev.vectorkeeper.worker.Drain;
import dev.vectorkeeper.worker.WorkerSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * Does what is asked of a source and says what was done. Any number may run at a time, beside any
 * number of workers.
 */
public final class Runs {
  private final Database database;
  private final Catalog catalog;
  private final Providers providers;
  private final WorkerSettings settings;

  public Runs(Database database, Providers providers, WorkerSettings settings) {
    this.database = database;
    this.catalog = new Catalog(database.jdbi());
    this.providers = providers;
    this.settings = settings;
  }

  /**
   * Works until nothing is left, the limit or the time is reached, or it is cancelled; batches
   * under way are finished.
   *
   * @param cancelled asked after each batch
   * @throws VectorkeeperException VK-S01 for an unknown source, VK-B02 where no profile is the
   *     sought one, VK-U01 where all of them are paused, a failure's own code when a provider
   *     cannot be used at all
   */
  public RunResult run(RunRequest request, BooleanSupplier cancelled) {
    long started = System.nanoTime();
    List<Collection> collections = collections(request);
    Duration time = request.time();
    BooleanSupplier enough =
        () -> cancelled.getAsBoolean() || System.nanoTime() - started > time.toNanos();
    try (Drain drain = new Drain(database, providers, settings)) {
      int limit = request.limit().orElse(RunRequest.DEFAULT_LIMIT);
      return switch (request.operation()) {
        case QUEUE ->
            RunResult.of(
                drain.runSome(collections, limit, false, enough), database, collections, started);
        case SYNC ->
            RunResult.of(
                drain.runSome(collections, limit, true, enough), database, collections, started);
        case BACKFILL ->
            RunResult.ofBackfill(
                fill(drain, collections, request, enough), database, collections, started);
      };
    }
  }

  /**
   * The collections that are meant.
   *
   * @throws VectorkeeperException as {@link #run} does
   */
  private List<Collection> collections(RunRequest request) {
    List<Collection> live = catalog.liveCollections(catalog.source(request.source()));
    List<Collection> meant =
        live.stream().filter(c -> request.profile().isMetBy(c.profile())).toList();
    if (meant.isEmpty()) {
      throw new VectorkeeperException(
          "VK-B02",
          "The source %s has no collection with %s; it has %s."
              .formatted(
                  request.source(),
                  request.profile(),
                  live.stream().map(c -> c.profile().name()).collect(Collectors.joining(", "))));
    }
    if (meant.stream().allMatch(c -> c.profile().paused().isPresent())) {
      throw new VectorkeeperException(
          "VK-U01",
          "The profile %s is paused: %s Run \"vectorkeeper resume %s\" when that is mended."
              .formatted(
                  meant.get(0).profile().name(),
                  meant.get(0).profile().paused().orElse(""),
                  meant.get(0).profile().name()));
    }
    return meant;
  }

  /** Changes first where no worker takes them; they count towards the limit. */
  private BatchResult fill(
      Drain drain, List<Collection> collections, RunRequest request, BooleanSupplier enough) {
    if (collections.get(0).source().sync() == Sync.REALTIME) {
      return backfill(drain, collections, request, enough);
    }
    int limit = request.limit().orElse(RunRequest.MOST);
    BatchResult changes = drain.runSome(collections, limit, false, enough);
    if (changes.processed() >= limit) {
      return changes;
    }
    RunRequest rest = request.withLimit(request.limit().map(most -> most - changes.processed()));
    return changes.plus(backfill(drain, collections, rest, enough));
  }

  /**
   * What a backfill that was begun here did is counted in the catalog, because workers take part in
   * it; of one that was running already, only what was done here.
   */
  private BatchResult backfill(
      Drain drain, List<Collection> collections, RunRequest request, BooleanSupplier enough) {
    BackfillOptions options =
        new BackfillOptions(
            request.last(),
            request.limit().map(Integer::longValue),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    List<Begun> begun =
        database
            .jdbi()
            .inTransaction(
                handle ->
                    collections.stream()
                        .flatMap(c -> Begun.of(handle, c, options).stream())
                        .toList());
    boolean all = begun.size() == collections.size();
    BatchResult here =
        drain.runBackfills(collections, all ? Optional.empty() : request.limit(), enough);
    return begun.isEmpty()
        ? here
        : database
            .jdbi()
            .withHandle(
                handle ->
                    begun.stream()
                        .map(b -> b.done(handle))
                        .reduce(BatchResult.NONE, BatchResult::plus));
  }

  /** A backfill that was begun, and from which key on. */
  private record Begun(Backfills backfills, long number, Optional<String> cursor) {
    static Optional<Begun> of(Handle handle, Collection collection, BackfillOptions options) {
      Backfills backfills = new Backfills(collection);
      return backfills.start(handle, options)
          ? Optional.of(
              new Begun(
                  backfills,
                  backfills.progress(handle).orElseThrow().backfill(),
                  backfills.cutUpTo(handle)))
          : Optional.empty();
    }

    BatchResult done(Handle handle) {
      BatchResult done = backfills.progress(handle, number).result();
      return done.embedded() == 0
          ? done
          : done.withSamples(backfills.keysAfter(handle, cursor, done.embedded()));
    }
  }
}
