package dev.vectorkeeper.migrate;

import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.queue.BatchResult;
import dev.vectorkeeper.status.Status;
import dev.vectorkeeper.store.VectorIndex;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Reads how migrations stand, with what was planned and what was used. */
final class MigrationReports {
  private static final String BYTES =
      "select coalesce(pg_total_relation_size(to_regclass(:table)), 0)";

  /** Of vectors in the user's own table: their own size, and that of the index on them. */
  private static final String BYTES_IN_COLUMN =
      """
      select coalesce(sum(pg_column_size(c.embedding)), 0) + coalesce(pg_relation_size(to_regclass(:index)), 0)
      from {view} c
      """;

  private final Database database;

  MigrationReports(Database database) {
    this.database = database;
  }

  MigrationStatus status(Migration migration) {
    return database.jdbi().withHandle(handle -> status(handle, migration));
  }

  private MigrationStatus status(Handle handle, Migration migration) {
    Optional<Collection> target =
        Catalog.collections(handle).stream()
            .filter(c -> c.source().name().equals(migration.source()))
            .filter(c -> c.profile().name().equals(migration.to()))
            .findFirst();
    Optional<BatchResult> used = target.map(collection -> Status.totals(handle, collection));
    long bytes =
        target
            .filter(collection -> collection.state() != Collection.State.RETIRED)
            .map(collection -> bytes(handle, collection))
            .orElse(0L);
    return new MigrationStatus(
        migration,
        Migrations.journal(handle, migration),
        target
            .filter(collection -> collection.state() != Collection.State.RETIRED)
            .map(new Status(database)::of),
        used,
        bytes,
        Migrations.estimate(handle, migration),
        next(migration));
  }

  private long bytes(Handle handle, Collection collection) {
    if (collection.column().isEmpty()) {
      return handle
          .createQuery(BYTES)
          .bind("table", collection.table().sql())
          .mapTo(Long.class)
          .one();
    }
    return handle
        .createQuery(SqlText.of(BYTES_IN_COLUMN).with("view", collection.table()).sql())
        .bind("index", new VectorIndex(collection, database).name().sql())
        .mapTo(Long.class)
        .one();
  }

  private static List<String> next(Migration migration) {
    String source = migration.source();
    String run = "vectorkeeper migrate run %s --to %s".formatted(source, migration.to());
    String abort = "vectorkeeper migrate abort " + source;
    return switch (migration.state()) {
      case PLANNED, PREPARED, BACKFILLING, INDEXING, VERIFYING -> List.of(run, abort);
      case READY -> List.of("vectorkeeper migrate cutover " + source, abort);
      case CUT_OVER ->
          List.of(
              "vectorkeeper migrate rollback " + source, "vectorkeeper migrate retire " + source);
      case ROLLED_BACK -> List.of("vectorkeeper migrate cutover " + source, abort);
      case RETIRED, ABORTED -> List.of();
    };
  }
}
