package dev.vectorkeeper.migrate;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.config.Configuration;
import dev.vectorkeeper.declare.Retirement;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.Ddl;
import dev.vectorkeeper.source.Source;
import dev.vectorkeeper.swap.ColumnSwap;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/** How a migration ends: one of its collections is dropped, when it may be. */
final class Ending {
  private static final String SEARCHED =
      "select searched_at from vectorkeeper.collection where collection_id = :collection";

  private final Database database;
  private final Configuration configuration;
  private final Catalog catalog;
  private final MigratedCollections collections;

  Ending(
      Database database,
      Configuration configuration,
      Catalog catalog,
      MigratedCollections collections) {
    this.database = database;
    this.configuration = configuration;
    this.catalog = catalog;
    this.collections = collections;
  }

  /**
   * Fails before the old vectors may go.
   *
   * @throws VectorkeeperException VK-M08
   */
  void requireDue(Migration migration, MigrationOptions options) {
    requireTime(migration, options.retireAfter());
    requireUnread(collections.of(migration, migration.from()), options.unreadFor());
  }

  private static void requireTime(Migration migration, Duration wait) {
    Instant earliest = migration.cutOverAt().orElseThrow().plus(wait);
    if (Instant.now().isBefore(earliest)) {
      throw new VectorkeeperException(
          "VK-M08",
          "The old vectors of %s are kept until %s, %s after the cutover. Ask for less with --after, or force it."
              .formatted(migration, earliest, Times.human(wait)));
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
              .formatted(old, searched.get(), Times.human(unread)));
    }
  }

  void endSwap(Migration migration) {
    Source source = catalog.source(migration.source());
    if (database.jdbi().withHandle(handle -> ColumnSwap.find(handle, source)).isPresent()) {
      Ddl.onUserTable(database.jdbi(), source.table(), new ColumnSwap(database, source)::end);
    }
  }

  Migration drop(
      Migration migration, Collection collection, MigrationState next, MigrationOptions options) {
    Optional<String> archived = options.archive().map(file -> archive(migration, collection, file));
    if (migration.swaps()) {
      collections.swap(migration).unbridge();
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
    Retirement.forget(database.jdbi());
    return moved[0];
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
}
