package dev.vectorkeeper.migrate;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.activation.Activation;
import dev.vectorkeeper.backfill.Backfills;
import dev.vectorkeeper.backfill.Progress;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.config.Configuration;
import dev.vectorkeeper.declare.Apply;
import dev.vectorkeeper.declare.Retirement;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.Ddl;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.source.Source;
import dev.vectorkeeper.source.SourceDefinition;
import dev.vectorkeeper.store.VectorIndex;
import dev.vectorkeeper.swap.ColumnSwap;
import dev.vectorkeeper.verify.Check;
import dev.vectorkeeper.verify.Verification;
import dev.vectorkeeper.verify.VerificationReport;
import dev.vectorkeeper.worker.Drain;
import dev.vectorkeeper.worker.WorkerSettings;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Moves migrations on, one state at a time. What a step does can be done twice without harm, and
 * the move to the next state is one transaction, with the step itself where that is one: whichever
 * process goes on after another was killed, at whatever point, comes to the same end. One process
 * at a time moves a source's migration.
 */
public final class Migrator {
  private static final String PASSED =
      """
      select v.at from vectorkeeper.verification v join vectorkeeper.collection c using (collection_id)
      join vectorkeeper.profile p using (profile_id)
      where c.source_id = :source and p.name = :profile
        and v.verification_id = (
          select max(l.verification_id) from vectorkeeper.verification l
          where l.collection_id = v.collection_id and l.migration_id = :migration)
        and v.passed
      """;

  private static final String SEARCHED =
      "select searched_at from vectorkeeper.collection where collection_id = :collection";

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

  public Migrator(
      Database database,
      Configuration configuration,
      Providers providers,
      WorkerSettings settings,
      MigrationListener listener) {
    this.database = database;
    this.configuration = configuration;
    this.providers = providers;
    this.settings = settings;
    this.listener = listener;
    this.catalog = new Catalog(database.jdbi());
  }

  /** What a migration would do; changes nothing. */
  public MigrationPlan plan(String source, String to, MigrationOptions options) {
    return new MigrationPlanner(database, configuration, providers, source, to, options).plan();
  }

  /** The last migration of a source, however far it is. */
  public Optional<Migration> last(String source) {
    catalog.source(source);
    return database.jdbi().withHandle(handle -> Migrations.last(handle, source));
  }

  /** How the last migration of a source stands. */
  public MigrationStatus status(String source) {
    return new MigrationReports(database).status(required(source));
  }

  /**
   * Begins a migration: plans it and makes the new collection, which workers then fill.
   *
   * @throws VectorkeeperException VK-M03 with what stops it; nothing has changed then
   */
  public Migration start(String source, String to, MigrationOptions options) {
    return run(source, to, options, MigrationState.PREPARED);
  }

  /**
   * Begins a migration, or goes on with the one that is under way, up to a state.
   *
   * @throws VectorkeeperException VK-M02 when another process is at it, or it goes elsewhere;
   *     VK-M03 when something stops it; VK-M04 when verification does not pass; VK-M06 when filling
   *     is held up
   */
  public Migration run(String source, String to, MigrationOptions options, MigrationState until) {
    return locked(
        source,
        held -> {
          Migration migration = begun(held, to, options);
          while (migration.state().compareTo(until) < 0) {
            migration = advance(migration, options);
          }
          return migration;
        });
  }

  private Migration begun(Source source, String to, MigrationOptions options) {
    Optional<Migration> open =
        database.jdbi().withHandle(handle -> Migrations.open(handle, source.name()));
    if (open.isPresent() && !open.get().to().equals(to)) {
      throw new VectorkeeperException(
          "VK-M02",
          "A migration of %s is under way, begun by %s at %s. Retire or abort it first."
              .formatted(open.get(), open.get().startedBy(), open.get().startedAt()));
    }
    if (open.isPresent()) {
      if (!open.get().state().isBeforeCutover() && open.get().state() != MigrationState.CUT_OVER) {
        throw new VectorkeeperException(
            "VK-M07",
            "The migration of %s was rolled back. Cut over again with \"vectorkeeper migrate cutover %s\", or give it up with \"vectorkeeper migrate abort %s\"."
                .formatted(open.get(), source.name(), source.name()));
      }
      return open.get();
    }
    MigrationPlan plan = plan(source.name(), to, options);
    if (!plan.isPossible()) {
      throw new VectorkeeperException(
          "VK-M03",
          "The migration of %s to %s cannot begin: %s"
              .formatted(
                  source.name(),
                  to,
                  plan.stops().stream().map(Finding::sentence).collect(Collectors.joining(" "))));
    }
    Migration migration = database.jdbi().inTransaction(handle -> Migrations.create(handle, plan));
    listener.reached(migration);
    return migration;
  }

  /** Does what leads to the next state. */
  private Migration advance(Migration migration, MigrationOptions options) {
    return switch (migration.state()) {
      case PLANNED -> step(migration, MigrationState.PREPARED, this::prepare);
      case PREPARED -> step(migration, MigrationState.BACKFILLING, this::beginBackfill);
      case BACKFILLING -> step(migration, MigrationState.INDEXING, this::backfill);
      case INDEXING -> step(migration, MigrationState.VERIFYING, m -> index(m, options));
      case VERIFYING -> step(migration, MigrationState.READY, m -> verify(m, options));
      case READY -> isVerified(migration, options) ? cutover(migration, options) : again(migration);
      default ->
          throw new IllegalStateException("nothing follows " + migration.state() + " by itself");
    };
  }

  private Migration step(
      Migration migration, MigrationState next, Function<Migration, String> work) {
    listener.before(migration, next);
    String note = work.apply(migration);
    return reached(
        database.jdbi().inTransaction(handle -> Migrations.move(handle, migration, next, note)));
  }

  private Migration reached(Migration migration) {
    listener.reached(migration);
    return migration;
  }

  private String prepare(Migration migration) {
    SourceDefinition declared = configuration.sources().get(migration.source());
    if (declared == null) {
      throw new VectorkeeperException(
          "VK-M03",
          "The source %s is not in the configuration file. Declare it again."
              .formatted(migration.source()));
    }
    Optional<String> column = Optional.empty();
    if (migration.swaps()) {
      ColumnSwap swap = swap(migration);
      database
          .jdbi()
          .useTransaction(
              handle ->
                  swap.declare(
                      handle, collection(migration, migration.from()).column().orElseThrow()));
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

  private String beginBackfill(Migration migration) {
    Collection collection = target(migration);
    Optional<Progress> progress =
        database.jdbi().withHandle(handle -> new Backfills(collection).progress(handle));
    // What was filled before the migration may have been filled in part: the last so many rows.
    boolean again =
        progress.isPresent()
            && (progress.get().state().equals("cancelled")
                || migration.state() == MigrationState.PREPARED
                    && !migration.makes()
                    && progress.get().state().equals("done"));
    boolean started =
        progress.isEmpty()
            || again
                && database.jdbi().inTransaction(handle -> new Backfills(collection).start(handle));
    return started ? "began to fill " + collection : "filling " + collection;
  }

  private String backfill(Migration migration) {
    beginBackfill(migration);
    Collection collection = target(migration);
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
    Collection collection = target(migration);
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

  private String index(Migration migration, MigrationOptions options) {
    Collection collection = target(migration);
    new VectorIndex(collection, database).ensure();
    catalog.setReady(collection);
    stage(migration, migration.from(), migration.to(), options.searchesNamed() || options.force());
    return "the index is valid";
  }

  /** Makes what depends on the active column for the other one, too, where columns are swapped. */
  private void stage(Migration migration, String active, String other, boolean unbridged) {
    if (migration.swaps()) {
      swap(migration).stage(collection(migration, active), collection(migration, other), unbridged);
    }
  }

  private ColumnSwap swap(Migration migration) {
    return new ColumnSwap(database, catalog.source(migration.source()));
  }

  private String verify(Migration migration, MigrationOptions options) {
    VerificationReport report =
        new Verification(database)
            .run(
                migration.source(),
                Optional.of(migration.to()),
                options.verification().againstOr(migration.from()),
                OptionalLong.of(migration.id()));
    listener.verified(report);
    if (!report.passed() && !options.force()) {
      throw new VectorkeeperException(
          "VK-M04",
          "The verification of %s/%s did not pass: %s."
              .formatted(
                  migration.source(),
                  migration.to(),
                  report.failures().stream()
                      .map(Check::toString)
                      .collect(Collectors.joining("; "))));
    }
    return report.passed()
        ? "%,d of %,d rows verified".formatted(report.vectors(), report.rows())
        : "verification did not pass, and was forced";
  }

  /** Verifies the new collection, and moves the migration on where that is what it waits for. */
  public VerificationReport verify(String source, MigrationOptions options) {
    return locked(
        source,
        held -> {
          Migration migration = requiredOpen(source);
          if (migration.state().compareTo(MigrationState.VERIFYING) < 0) {
            throw new VectorkeeperException(
                "VK-M05",
                "The migration of %s is %s; there is nothing to verify before its index is built."
                    .formatted(migration, migration.state()));
          }
          VerificationReport report =
              new Verification(database)
                  .run(
                      source,
                      Optional.of(migration.to()),
                      options.verification().againstOr(migration.from()),
                      OptionalLong.of(migration.id()));
          if (migration.state() == MigrationState.VERIFYING && report.passed()) {
            step(
                migration,
                MigrationState.READY,
                m -> "%,d of %,d rows verified".formatted(report.vectors(), report.rows()));
          }
          return report;
        });
  }

  private boolean isVerified(Migration migration, MigrationOptions options) {
    return options.force()
        || verifiedAt(migration)
            .filter(at -> at.isAfter(Instant.now().minus(options.verifiedWithin())))
            .isPresent();
  }

  private Optional<Instant> verifiedAt(Migration migration) {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(PASSED)
                    .bind("source", catalog.source(migration.source()).id())
                    .bind("profile", migration.to())
                    .bind("migration", migration.id())
                    .mapTo(OffsetDateTime.class)
                    .findOne())
        .map(OffsetDateTime::toInstant);
  }

  /** What was verified long ago is verified again. */
  private Migration again(Migration migration) {
    return reached(
        database
            .jdbi()
            .inTransaction(
                handle ->
                    Migrations.move(
                        handle,
                        migration,
                        MigrationState.VERIFYING,
                        "the verification is too old")));
  }

  /**
   * Makes the new collection the active one, in one transaction.
   *
   * @param dryRun whether to check only
   * @throws VectorkeeperException VK-M05 before verification passed lately, unless forced
   */
  public Migration cutover(String source, MigrationOptions options, boolean dryRun) {
    return locked(
        source,
        held -> {
          Migration migration = requiredOpen(source);
          boolean ready =
              migration.state() == MigrationState.READY
                  || migration.state() == MigrationState.ROLLED_BACK
                  || options.force() && migration.state() == MigrationState.VERIFYING;
          if (!ready) {
            throw new VectorkeeperException(
                "VK-M05",
                "The migration of %s is %s, so it cannot be cut over. Go on with it: \"vectorkeeper migrate run %s --to %s\"."
                    .formatted(migration, migration.state(), source, migration.to()));
          }
          if (!isVerified(migration, options)) {
            throw new VectorkeeperException(
                "VK-M05",
                "No verification of %s/%s has passed within %s. Run \"vectorkeeper migrate verify %s\", or force the cutover."
                    .formatted(source, migration.to(), human(options.verifiedWithin()), source));
          }
          return dryRun ? migration : cutover(migration, options);
        });
  }

  private Migration cutover(Migration migration, MigrationOptions options) {
    listener.before(migration, MigrationState.CUT_OVER);
    if (!options.force()) {
      requireWorking(migration);
      LostRows.requireNone(database, target(migration), collection(migration, migration.from()));
      requireWriters(migration, options);
    }
    return switched(
        migration,
        migration.from(),
        migration.to(),
        MigrationState.CUT_OVER,
        options,
        "cut over" + (options.force() ? ", forced" : ""));
  }

  private void requireWorking(Migration migration) {
    target(migration)
        .profile()
        .paused()
        .ifPresent(
            why -> {
              throw new VectorkeeperException(
                  "VK-M05",
                  "The profile %s is paused (%s), so that new rows would not be found. Lift that with \"vectorkeeper resume %s\", or force the cutover."
                      .formatted(migration.to(), why, migration.to()));
            });
  }

  /** Who writes vectors itself would write them into the wrong column. */
  private void requireWriters(Migration migration, MigrationOptions options) {
    if (!migration.swaps() || options.writersReady()) {
      return;
    }
    Collection from = collection(migration, migration.from());
    List<String> writers = database.jdbi().withHandle(handle -> Writers.find(handle, from));
    if (!writers.isEmpty()) {
      throw new VectorkeeperException(
          "VK-M13",
          "Something else writes vectors into the column %s of %s: %s. Let it write the new model's from the cutover on, then say --writers-ready."
              .formatted(
                  from.column().orElseThrow(), from.source().table(), String.join("; ", writers)));
    }
  }

  private Migration switched(
      Migration migration,
      String before,
      String profile,
      MigrationState next,
      MigrationOptions options,
      String note) {
    // What was made since the last time; a function that is new and cannot follow is only warned
    // of.
    stage(migration, before, profile, true);
    Activation.Request request =
        new Activation.Request(
            migration.source(),
            Optional.of(profile),
            Optional.of(BigDecimal.ZERO),
            options.force(),
            false);
    Migration[] moved = {migration};
    Ddl.onUserTable(
        database.jdbi(),
        catalog.source(migration.source()).table(),
        handle -> {
          Activation.within(handle, request);
          if (migration.swaps()) {
            swap(migration).exchange(handle);
          }
          moved[0] = Migrations.move(handle, migration, next, note);
          // So that searches before this do not count as searches of what is no longer asked.
          handle.execute("select vectorkeeper.note_searches()");
        });
    if (migration.swaps()) {
      swap(migration).validate();
    }
    return reached(moved[0]);
  }

  /**
   * Makes the old collection the active one again, in one transaction; nothing is embedded anew.
   *
   * @throws VectorkeeperException VK-M07 where it was not cut over, or the old collection is
   *     retired
   */
  public Migration rollback(String source, MigrationOptions options, boolean dryRun) {
    return locked(
        source,
        held -> {
          Migration migration = required(source);
          if (migration.state() == MigrationState.RETIRED) {
            throw new VectorkeeperException(
                "VK-M07",
                "The migration of %s cannot be rolled back: its old vectors were retired at the end of it. Migrate back with \"vectorkeeper migrate run %s --to %s\"."
                    .formatted(migration, source, migration.from()));
          }
          if (migration.state() != MigrationState.CUT_OVER) {
            throw new VectorkeeperException(
                "VK-M07",
                "The migration of %s is %s; only one that was cut over can be rolled back."
                    .formatted(migration, migration.state()));
          }
          if (dryRun) {
            return migration;
          }
          listener.before(migration, MigrationState.ROLLED_BACK);
          String behind =
              collection(migration, migration.from())
                  .profile()
                  .paused()
                  .map(why -> ", although its profile is paused: " + why)
                  .orElse("");
          return switched(
              migration,
              migration.to(),
              migration.from(),
              MigrationState.ROLLED_BACK,
              options,
              "rolled back" + behind);
        });
  }

  /**
   * Drops the old collection.
   *
   * @throws VectorkeeperException VK-M08 before its time, or while somebody searches it
   */
  public Migration retire(String source, MigrationOptions options, boolean dryRun) {
    return locked(
        source,
        held -> {
          Migration migration = requiredOpen(source);
          if (migration.state() != MigrationState.CUT_OVER) {
            throw new VectorkeeperException(
                "VK-M08",
                "The migration of %s is %s; the old vectors can be retired after the cutover only."
                    .formatted(migration, migration.state()));
          }
          Collection old = collection(migration, migration.from());
          if (!options.force()) {
            requireTime(migration, options.retireAfter());
            requireUnread(old, options.unreadFor());
          }
          return dryRun ? migration : drop(migration, old, MigrationState.RETIRED, options);
        });
  }

  private static void requireTime(Migration migration, Duration wait) {
    Instant earliest = migration.cutOverAt().orElseThrow().plus(wait);
    if (Instant.now().isBefore(earliest)) {
      throw new VectorkeeperException(
          "VK-M08",
          "The old vectors of %s are kept until %s, %s after the cutover. Ask for less with --after, or force it."
              .formatted(migration, earliest, human(wait)));
    }
  }

  private void requireUnread(Collection old, Duration unread) {
    Optional<Instant> searched =
        database
            .jdbi()
            .inTransaction(
                handle -> {
                  handle.execute("select vectorkeeper.note_searches()");
                  return handle
                      .createQuery(SEARCHED)
                      .bind("collection", old.id())
                      .mapTo(OffsetDateTime.class)
                      .findOne();
                })
            .map(OffsetDateTime::toInstant);
    if (searched.isPresent() && searched.get().isAfter(Instant.now().minus(unread))) {
      throw new VectorkeeperException(
          "VK-M08",
          "%s was searched at %s, less than %s ago: somebody still asks with vectors of the old model. Find out who, or force it."
              .formatted(old, searched.get(), human(unread)));
    }
  }

  /**
   * Drops a collection that no migration is about and that is not the active one.
   *
   * @return what was dropped, or would be
   * @throws VectorkeeperException VK-M01 when there is none, VK-M02 while a migration goes from or
   *     to it, VK-M09 when it is the active one
   */
  public Collection retire(String source, String profile, Optional<Path> file, boolean dryRun) {
    return locked(
        source,
        held -> {
          Collection collection =
              catalog.liveCollections(held).stream()
                  .filter(c -> c.profile().name().equals(profile))
                  .findFirst()
                  .orElseThrow(
                      () ->
                          new VectorkeeperException(
                              "VK-M01",
                              "The source %s has no collection under a profile %s."
                                  .formatted(source, profile)));
          Optional<Migration> open =
              database.jdbi().withHandle(handle -> Migrations.open(handle, source));
          if (open.filter(m -> m.from().equals(profile) || m.to().equals(profile)).isPresent()) {
            throw new VectorkeeperException(
                "VK-M02",
                "A migration of %s is under way. End it with \"vectorkeeper migrate retire %s\" or \"vectorkeeper migrate abort %s\"."
                    .formatted(open.get(), source, source));
          }
          Archive archive = new Archive(database);
          file.ifPresent(path -> archive.requireFree(collection, path, false));
          if (collection.active()) {
            throw Retirement.active(collection);
          }
          if (!dryRun) {
            file.ifPresent(path -> archive.write(collection, path));
            Ddl.onUserTable(
                database.jdbi(),
                held.table(),
                handle -> new Retirement(database, configuration).execute(handle, collection));
          }
          return collection;
        });
  }

  /**
   * Gives a migration up: drops the new collection.
   *
   * @throws VectorkeeperException VK-M07 while the new collection is the active one
   */
  public Migration abort(String source, MigrationOptions options, boolean dryRun) {
    return locked(
        source,
        held -> {
          Migration migration = requiredOpen(source);
          if (migration.state() == MigrationState.CUT_OVER) {
            throw new VectorkeeperException(
                "VK-M07",
                "The migration of %s is cut over. Roll it back first: \"vectorkeeper migrate rollback %s\"."
                    .formatted(migration, source));
          }
          if (dryRun) {
            return migration;
          }
          if (!migration.makes()) {
            return step(
                migration,
                MigrationState.ABORTED,
                m -> "given up; the collection was there before and stays");
          }
          return find(migration, migration.to())
              .map(collection -> drop(migration, collection, MigrationState.ABORTED, options))
              .orElseGet(
                  () ->
                      step(
                          migration,
                          MigrationState.ABORTED,
                          m -> {
                            endSwap(m);
                            return "given up before there was a collection";
                          }));
        });
  }

  private void endSwap(Migration migration) {
    Source source = catalog.source(migration.source());
    if (database.jdbi().withHandle(handle -> ColumnSwap.find(handle, source)).isPresent()) {
      Ddl.onUserTable(database.jdbi(), source.table(), new ColumnSwap(database, source)::end);
    }
  }

  private Migration drop(
      Migration migration, Collection collection, MigrationState next, MigrationOptions options) {
    listener.before(migration, next);
    Optional<String> archived = options.archive().map(file -> archive(migration, collection, file));
    if (migration.swaps()) {
      swap(migration).unbridge();
    }
    Migration[] moved = {migration};
    Ddl.onUserTable(
        database.jdbi(),
        collection.source().table(),
        handle -> {
          new Retirement(database, configuration).execute(handle, collection);
          moved[0] =
              Migrations.move(
                  handle,
                  migration,
                  next,
                  "dropped %s%s%s"
                      .formatted(
                          collection,
                          archived.map(text -> ", " + text).orElse(""),
                          options.force() ? ", forced" : ""));
        });
    return reached(moved[0]);
  }

  /** A file that this migration wrote before, and then did not get to drop, is written anew. */
  private String archive(Migration migration, Collection collection, Path file) {
    String mark = "archive " + file.toAbsolutePath();
    boolean own =
        database.jdbi().withHandle(handle -> Migrations.journal(handle, migration)).stream()
            .anyMatch(entry -> entry.note().equals(mark));
    Archive archive = new Archive(database);
    archive.requireFree(collection, file, own);
    if (!own) {
      database
          .jdbi()
          .useTransaction(handle -> Migrations.note(handle, migration, migration.state(), mark));
    }
    return archive.write(collection, file);
  }

  private Collection target(Migration migration) {
    return collection(migration, migration.to());
  }

  private Collection collection(Migration migration, String profile) {
    return find(migration, profile)
        .orElseThrow(
            () ->
                new VectorkeeperException(
                    "VK-M01",
                    "The source %s has no collection under %s any more. Give the migration up with \"vectorkeeper migrate abort %s\"."
                        .formatted(migration.source(), profile, migration.source())));
  }

  private Optional<Collection> find(Migration migration, String profile) {
    return catalog.liveCollections(catalog.source(migration.source())).stream()
        .filter(c -> c.profile().name().equals(profile))
        .findFirst();
  }

  private Migration required(String source) {
    return last(source)
        .orElseThrow(
            () ->
                new VectorkeeperException(
                    "VK-M01",
                    "There is no migration of %s. Begin one with \"vectorkeeper migrate run %s --to PROFILE\"."
                        .formatted(source, source)));
  }

  private Migration requiredOpen(String source) {
    Migration migration = required(source);
    if (migration.state() == MigrationState.RETIRED
        || migration.state() == MigrationState.ABORTED) {
      throw new VectorkeeperException(
          "VK-M01",
          "The last migration, of %s, is %s. Begin another with \"vectorkeeper migrate run %s --to PROFILE\"."
              .formatted(migration, migration.state(), source));
    }
    return migration;
  }

  private <T> T locked(String name, Function<Source, T> work) {
    catalog.requirePresent();
    Source source = catalog.source(name);
    try (MigrationLock lock = MigrationLock.take(database, source)) {
      return work.apply(source);
    }
  }

  private static String human(Duration duration) {
    long seconds = duration.toSeconds();
    return seconds % 86_400 == 0
        ? seconds / 86_400 + " d"
        : seconds % 3_600 == 0
            ? seconds / 3_600 + " h"
            : seconds % 60 == 0 ? seconds / 60 + " min" : seconds + " s";
  }
}
