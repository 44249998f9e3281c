package dev.vectorkeeper.migrate;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.backfill.Backfills;
import dev.vectorkeeper.backfill.Progress;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.config.Configuration;
import dev.vectorkeeper.declare.Apply;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.source.SourceDefinition;
import dev.vectorkeeper.store.VectorIndex;
import dev.vectorkeeper.swap.ColumnSwap;
import dev.vectorkeeper.worker.Drain;
import dev.vectorkeeper.worker.WorkerSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** What leads to a new collection that is filled and indexed; each step says what it did. */
final class Filling {
  private static final String RETRYING =
      "select exists (select from vectorkeeper.retry where collection_id = :collection and due_at <> 'infinity')";

  private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

  /** Rows whose next attempt lies further ahead are the business of workers. */
  private static final Duration RETRY_PATIENCE = Duration.ofMinutes(2);

  private final Database database;
  private final Configuration configuration;
  private final Providers providers;
  private final WorkerSettings settings;
  private final MigrationListener listener;
  private final Catalog catalog;
  private final MigratedCollections collections;

  Filling(
      Database database,
      Configuration configuration,
      Providers providers,
      WorkerSettings settings,
      MigrationListener listener,
      MigratedCollections collections) {
    this.database = database;
    this.configuration = configuration;
    this.providers = providers;
    this.settings = settings;
    this.listener = listener;
    this.catalog = new Catalog(database.jdbi());
    this.collections = collections;
  }

  String prepare(Migration migration) {
    SourceDefinition declared = configuration.sources().get(migration.source());
    if (declared == null) {
      throw new VectorkeeperException(
          "VK-M03",
          "The source %s is not in the configuration file. Declare it again."
              .formatted(migration.source()));
    }
    Optional<String> column = Optional.empty();
    if (migration.swaps()) {
      ColumnSwap swap = collections.swap(migration);
      database
          .jdbi()
          .useTransaction(
              handle ->
                  swap.declare(
                      handle, collections.of(migration, migration.from()).column().orElseThrow()));
      column =
          database
              .jdbi()
              .withHandle(handle -> ColumnSwap.find(handle, catalog.source(migration.source())))
              .map(ColumnSwap.Columns::parked);
    }
    Apply apply =
        Apply.adding(database, configuration, providers, declared, migration.to(), column);
    Apply.Plan plan = apply.plan();
    apply.execute(plan);
    return plan.isEmpty() ? "the collection was there already" : String.join("; ", plan.changes());
  }

  String beginBackfill(Migration migration) {
    Collection collection = collections.target(migration);
    Optional<Progress> progress =
        database.jdbi().withHandle(handle -> new Backfills(collection).progress(handle));
    // What was filled before the migration may have been filled in part: the last so many rows.
    boolean wanting =
        progress.isEmpty()
            || progress.get().state().equals("cancelled")
            || migration.state() == MigrationState.PREPARED
                && !migration.makes()
                && progress.get().state().equals("done");
    boolean started =
        wanting && database.jdbi().inTransaction(handle -> new Backfills(collection).start(handle));
    return started ? "began to fill " + collection : "filling " + collection;
  }

  String backfill(Migration migration) {
    beginBackfill(migration);
    Collection collection = collections.target(migration);
    // The old provider may be what the migration leads away from; workers keep its collection.
    List<Collection> filled = List.of(collection);
    try (Drain drain = new Drain(database, providers, settings);
        AutoCloseable watched = listener.filling(filled)) {
      drain.run(filled, () -> !isFilling(collection));
      long patience = System.nanoTime() + RETRY_PATIENCE.toNanos();
      BooleanSupplier settled = () -> !isRetrying(collection) || System.nanoTime() - patience > 0;
      while (!settled.getAsBoolean() && !Thread.currentThread().isInterrupted()) {
        LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        drain.run(filled, settled);
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    Progress progress =
        database
            .jdbi()
            .withHandle(handle -> new Backfills(collection).progress(handle))
            .orElseThrow();
    requireFilled(migration, progress);
    return "%,d rows embedded, %,d from equal texts, %,d failed"
        .formatted(
            progress.result().embedded(), progress.result().reused(), progress.result().failed());
  }

  private void requireFilled(Migration migration, Progress progress) {
    if (progress.state().equals("done")) {
      return;
    }
    Collection collection = collections.target(migration);
    String way =
        collection.profile().paused().isPresent()
            ? "its profile is paused: %s Lift that with \"vectorkeeper resume %s\""
                .formatted(collection.profile().paused().get(), migration.to())
            : "its backfill is %s%s Let it go on with \"vectorkeeper backfill resume %s\""
                .formatted(
                    progress.state(),
                    progress.pausedWhy().map(why -> ": " + why).orElse("."),
                    migration.source());
    throw new VectorkeeperException(
        "VK-M06", "%s is not filled: %s, then run the migration again.".formatted(collection, way));
  }

  private boolean isFilling(Collection collection) {
    return database.jdbi().withHandle(new Backfills(collection)::isRunning);
  }

  /** Rows that failed and will be tried again soon. */
  private boolean isRetrying(Collection collection) {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(RETRYING)
                    .bind("collection", collection.id())
                    .mapTo(Boolean.class)
                    .one());
  }

  String index(Migration migration, MigrationOptions options) {
    Collection collection = collections.target(migration);
    new VectorIndex(collection, database).ensure();
    catalog.setReady(collection);
    collections.stage(
        migration, migration.from(), migration.to(), options.searchesNamed() || options.force());
    return "the index is valid";
  }
}
