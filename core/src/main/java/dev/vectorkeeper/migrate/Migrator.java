package dev.vectorkeeper.migrate;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.config.Configuration;
import dev.vectorkeeper.declare.Retirement;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.Ddl;
import dev.vectorkeeper.postgres.SessionLock;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.source.Source;
import dev.vectorkeeper.verify.Check;
import dev.vectorkeeper.verify.Verification;
import dev.vectorkeeper.verify.VerificationReport;
import dev.vectorkeeper.worker.WorkerSettings;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
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

  private final Database database;
  private final Configuration configuration;
  private final Providers providers;
  private final MigrationListener listener;
  private final Catalog catalog;
  private final MigratedCollections collections;
  private final Filling filling;
  private final Cutover cutover;
  private final Ending ending;

  public Migrator(
      Database database,
      Configuration configuration,
      Providers providers,
      WorkerSettings settings,
      MigrationListener listener) {
    this.database = database;
    this.configuration = configuration;
    this.providers = providers;
    this.listener = listener;
    this.catalog = new Catalog(database.jdbi());
    this.collections = new MigratedCollections(database, catalog);
    this.filling = new Filling(database, configuration, providers, settings, listener, collections);
    this.cutover = new Cutover(database, catalog, collections);
    this.ending = new Ending(database, configuration, catalog, collections);
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

  /** The last migration of every source that had one. */
  public List<Migration> latest() {
    return database.jdbi().withHandle(Migrations::latest);
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
    return reached(migration);
  }

  /** Does what leads to the next state. */
  private Migration advance(Migration migration, MigrationOptions options) {
    return switch (migration.state()) {
      case PLANNED -> step(migration, MigrationState.PREPARED, filling::prepare);
      case PREPARED -> step(migration, MigrationState.BACKFILLING, filling::beginBackfill);
      case BACKFILLING -> step(migration, MigrationState.INDEXING, filling::backfill);
      case INDEXING -> step(migration, MigrationState.VERIFYING, m -> filling.index(m, options));
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
    String done = database.jdbi().withHandle(handle -> Migrations.lastNote(handle, migration));
    listener.reached(migration, done);
    return migration;
  }

  private String verify(Migration migration, MigrationOptions options) {
    VerificationReport report = verified(migration, options);
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
          VerificationReport report = verified(migration, options);
          if (migration.state() == MigrationState.VERIFYING && report.passed()) {
            step(
                migration,
                MigrationState.READY,
                m -> "%,d of %,d rows verified".formatted(report.vectors(), report.rows()));
          }
          return report;
        });
  }

  private VerificationReport verified(Migration migration, MigrationOptions options) {
    return new Verification(database)
        .run(
            migration.source(),
            Optional.of(migration.to()),
            options.verification().againstOr(migration.from()),
            OptionalLong.of(migration.id()));
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
                    .formatted(
                        source, migration.to(), Times.human(options.verifiedWithin()), source));
          }
          return dryRun ? migration : cutover(migration, options);
        });
  }

  private Migration cutover(Migration migration, MigrationOptions options) {
    listener.before(migration, MigrationState.CUT_OVER);
    if (!options.force()) {
      cutover.requireSafe(migration, options);
    }
    return reached(
        cutover.run(
            migration,
            migration.from(),
            migration.to(),
            MigrationState.CUT_OVER,
            options,
            "cut over" + (options.force() ? ", forced" : "")));
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
              collections
                  .of(migration, migration.from())
                  .profile()
                  .paused()
                  .map(why -> ", although its profile is paused: " + why)
                  .orElse("");
          return reached(
              cutover.run(
                  migration,
                  migration.to(),
                  migration.from(),
                  MigrationState.ROLLED_BACK,
                  options,
                  "rolled back" + behind));
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
          Collection old = collections.of(migration, migration.from());
          if (!options.force()) {
            ending.requireDue(migration, options);
          }
          return dryRun ? migration : dropped(migration, old, MigrationState.RETIRED, options);
        });
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
            Retirement.forget(database.jdbi());
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
          return collections
              .find(migration, migration.to())
              .map(collection -> dropped(migration, collection, MigrationState.ABORTED, options))
              .orElseGet(
                  () ->
                      step(
                          migration,
                          MigrationState.ABORTED,
                          m -> {
                            ending.endSwap(m);
                            return "given up before there was a collection";
                          }));
        });
  }

  private Migration dropped(
      Migration migration, Collection collection, MigrationState next, MigrationOptions options) {
    listener.before(migration, next);
    return reached(ending.drop(migration, collection, next, options));
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
    try (SessionLock lock =
        SessionLock.take(database, SessionLock.Kind.MIGRATION, source.id())
            .orElseThrow(() -> taken(source))) {
      return work.apply(source);
    }
  }

  private VectorkeeperException taken(Source source) {
    return new VectorkeeperException(
        "VK-M02",
        "Another process is at work on the migration of %s: %s. Wait for it, or end it; what it was doing can then be gone on with."
            .formatted(
                source.name(),
                SessionLock.holder(database, SessionLock.Kind.MIGRATION, source.id())
                    .orElse("it has just ended")));
  }
}
