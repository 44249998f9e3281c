package dev.vectorkeeper.declare;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.activation.ActivationObjects;
import dev.vectorkeeper.capture.Capture;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.catalog.Collection.State;
import dev.vectorkeeper.config.Configuration;
import dev.vectorkeeper.derived.DerivedDeclarer;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.Ddl;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.source.Source;
import dev.vectorkeeper.source.SourceTable;
import dev.vectorkeeper.store.CollectionViews;
import dev.vectorkeeper.store.ColumnPlacement;
import dev.vectorkeeper.store.MatchFunction;
import dev.vectorkeeper.swap.ColumnSwap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Drops a collection: its table and index, its part of the views and the search function, what
 * waited for it, and what was derived from it. Its row stays in the catalog, as retired.
 */
public final class Retirement {
  private static final String RETIRE =
      "update vectorkeeper.collection set state = 'retired' where collection_id = :collection";

  /**
   * What retired collections left; a view or table of theirs that is dropped waits for no queue.
   */
  private static final List<String> FORGET =
      Stream.of("claim", "retry", "dead_letter", "backfill", "collection_total", "verification")
          .map(
              table ->
                  "delete from vectorkeeper.%s where collection_id in (select collection_id from vectorkeeper.collection where state = 'retired')"
                      .formatted(table))
          .toList();

  private static final String POINTER =
      "select collection_id from vectorkeeper.embedding_settings where source_id = :source for update";

  private final Database database;
  private final Configuration configuration;

  public Retirement(Database database, Configuration configuration) {
    this.database = database;
    this.configuration = configuration;
  }

  /**
   * Retires in the caller's transaction, which should not wait long for locks; then {@link #forget}
   * is to be called.
   *
   * @throws VectorkeeperException VK-M09 when the collection is the active one
   */
  public void execute(Handle handle, Collection collection) {
    Source source = collection.source();
    // Nobody makes it the active one while it goes.
    handle.createQuery(POINTER).bind("source", source.id()).mapTo(Integer.class).findOne();
    List<Collection> rest =
        Catalog.collections(handle).stream()
            .filter(c -> c.source().id() == source.id() && c.id() != collection.id())
            .filter(c -> c.state() != State.RETIRED)
            .toList();
    if (rest.stream().noneMatch(Collection::active)) {
      throw active(collection);
    }
    handle.createUpdate(RETIRE).bind("collection", collection.id()).execute();
    SourceTable table =
        SourceTable.find(handle, source.relation())
            .orElseThrow(
                () ->
                    new VectorkeeperException(
                        "VK-S02", "The table %s is gone.".formatted(source.table())));
    if (collection.column().isPresent()) {
      Ddl.calm(handle, table.name());
    }
    ActivationObjects settings = Apply.settings(configuration);
    new CollectionViews(source, database.server()).create(handle, table, rest);
    new MatchFunction(source, database.server()).create(handle, table, settings.active(), rest);
    configuration.derived().values().stream()
        .filter(derived -> derived.source().equals(source.name()))
        .forEach(derived -> new DerivedDeclarer(database, derived).renew(handle));
    if (collection.column().isPresent()) {
      dropColumn(handle, table, collection, rest);
    } else {
      Ddl.run(handle, "drop table if exists " + collection.table().sql());
    }
    dropItemFunctions(handle, collection);
  }

  /**
   * Deletes what waited for retired collections. In a transaction of its own: workers lock such
   * rows before a table as well as after it, and so would stand in a deadlock with who drops that.
   */
  public static void forget(Jdbi jdbi) {
    jdbi.useTransaction(handle -> FORGET.forEach(handle::execute));
  }

  /** A column that a migration made goes; one that was the user's stays. */
  private void dropColumn(
      Handle handle, SourceTable table, Collection collection, List<Collection> rest) {
    Source source = collection.source();
    Optional<ColumnSwap> swap =
        ColumnSwap.find(handle, source)
            .filter(found -> collection.column().equals(Optional.of(found.parked())))
            .map(found -> new ColumnSwap(database, source));
    ColumnPlacement placement = new ColumnPlacement(collection, database.server());
    // Views that the user reads, the table, what only workers read: each locks them in that order.
    swap.ifPresent(found -> found.dropTwinsAndBridges(handle));
    placement.dropView(handle);
    List<String> columns = rest.stream().flatMap(c -> c.column().stream()).toList();
    Capture.vectors(source, table, columns).forEach(statement -> Ddl.run(handle, statement));
    placement.drop(handle);
    swap.ifPresent(found -> found.end(handle));
  }

  /** Why the active collection cannot be dropped. */
  public static VectorkeeperException active(Collection collection) {
    return new VectorkeeperException(
        "VK-M09",
        "The collection %s is the active one; searches would find nothing without it. Make another active first."
            .formatted(collection));
  }

  /** What logged the entities whose items' vectors changed; its triggers went with the table. */
  private static void dropItemFunctions(Handle handle, Collection collection) {
    handle
        .createQuery(
            "select derived_id from vectorkeeper.derived where source_id = :source order by derived_id")
        .bind("source", collection.source().id())
        .mapTo(Integer.class)
        .list()
        .forEach(
            derived ->
                Ddl.run(
                    handle,
                    "drop function if exists "
                        + SqlName.catalog("derived_" + derived + "_item_" + collection.id()).sql()
                        + "()"));
  }
}
