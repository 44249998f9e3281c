package dev.vectorkeeper.migrate;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.activation.Activation;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.Ddl;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/** The exchange of the active collection, there and back, and what must hold before it. */
final class Cutover {
  private final Database database;
  private final Catalog catalog;
  private final MigratedCollections collections;

  Cutover(Database database, Catalog catalog, MigratedCollections collections) {
    this.database = database;
    this.catalog = catalog;
    this.collections = collections;
  }

  /**
   * Fails where searches would find less afterwards, or somebody would write into the wrong column.
   *
   * @throws VectorkeeperException VK-M05, VK-M13
   */
  void requireSafe(Migration migration, MigrationOptions options) {
    requireWorking(migration);
    LostRows.requireNone(
        database, collections.target(migration), collections.of(migration, migration.from()));
    requireWriters(migration, options);
  }

  private void requireWorking(Migration migration) {
    collections
        .target(migration)
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
    Collection from = collections.of(migration, migration.from());
    List<String> writers = database.jdbi().withHandle(handle -> Writers.find(handle, from));
    if (!writers.isEmpty()) {
      throw new VectorkeeperException(
          "VK-M13",
          "Something else writes vectors into the column %s of %s: %s. Let it write the new model's from the cutover on, then say --writers-ready."
              .formatted(
                  from.column().orElseThrow(), from.source().table(), String.join("; ", writers)));
    }
  }

  Migration run(
      Migration migration,
      String before,
      String profile,
      MigrationState next,
      MigrationOptions options,
      String note) {
    // What was made since the last time; a function that is new and cannot follow is only warned
    // of.
    collections.stage(migration, before, profile, true);
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
            collections.swap(migration).exchange(handle);
          }
          moved[0] = Migrations.move(handle, migration, next, note);
          // So that searches before this do not count as searches of what is no longer asked.
          handle.execute("select vectorkeeper.note_searches()");
        });
    if (migration.swaps()) {
      collections.swap(migration).validate();
    }
    return moved[0];
  }
}
