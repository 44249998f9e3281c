package dev.vectorkeeper.migrate;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.swap.ColumnSwap;
import java.util.Optional;

/** The two collections that a migration is about. */
final class MigratedCollections {
  private final Database database;
  private final Catalog catalog;

  MigratedCollections(Database database, Catalog catalog) {
    this.database = database;
    this.catalog = catalog;
  }

  /** Makes what depends on the active column for the other one, too, where columns are swapped. */
  void stage(Migration migration, String active, String other, boolean unbridged) {
    if (migration.swaps()) {
      swap(migration).stage(of(migration, active), of(migration, other), unbridged);
    }
  }

  ColumnSwap swap(Migration migration) {
    return new ColumnSwap(database, catalog.source(migration.source()));
  }

  Collection target(Migration migration) {
    return of(migration, migration.to());
  }

  Collection of(Migration migration, String profile) {
    return find(migration, profile)
        .orElseThrow(
            () ->
                new VectorkeeperException(
                    "VK-M01",
                    "The source %s has no collection under %s any more. Give the migration up with \"vectorkeeper migrate abort %s\"."
                        .formatted(migration.source(), profile, migration.source())));
  }

  Optional<Collection> find(Migration migration, String profile) {
    return catalog.liveCollections(catalog.source(migration.source())).stream()
        .filter(c -> c.profile().name().equals(profile))
        .findFirst();
  }
}
