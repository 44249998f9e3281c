package dev.vectorkeeper.declare;

import dev.vectorkeeper.activation.ActivationObjects;
import dev.vectorkeeper.backfill.Backfills;
import dev.vectorkeeper.capture.Capture;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.Ddl;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.queue.QueueView;
import dev.vectorkeeper.source.RowKeys;
import dev.vectorkeeper.source.Source;
import dev.vectorkeeper.source.SourceDefinition;
import dev.vectorkeeper.source.SourceTable;
import dev.vectorkeeper.store.CollectionTable;
import dev.vectorkeeper.store.CollectionViews;
import dev.vectorkeeper.store.ColumnPlacement;
import dev.vectorkeeper.store.ContentView;
import dev.vectorkeeper.store.ExistingTable;
import dev.vectorkeeper.store.MatchFunction;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/**
 * Carries out what was planned for one source, in one transaction. The triggers come last, because
 * they take the one lock that the application could feel; the backfill begins with that commit, so
 * that no row falls between the two, and its rows are counted afterwards.
 */
final class SourceDeclarer {
  /** Until then a backfill would make all of them anew. */
  private static final String WAITS =
      "The vectors that the table had are to be adopted first, with \"vectorkeeper adopt %s\". \"vectorkeeper backfill resume %s\" makes them anew.";

  private final Database database;
  private final Providers providers;
  private final SourcePlan plan;
  private final SourceDefinition definition;
  private final SourceTable table;
  private final ActivationObjects settings;

  SourceDeclarer(
      Database database, Providers providers, SourcePlan plan, ActivationObjects settings) {
    this.settings = settings;
    this.database = database;
    this.providers = providers;
    this.plan = plan;
    this.definition = plan.definition();
    this.table = plan.table();
  }

  void declare() {
    // A collection that comes back begins anew.
    Retirement.forget(database.jdbi());
    addColumns();
    Ddl.onUserTable(database.jdbi(), table.name(), this::declare);
  }

  /** Counts the rows that the backfills are to expect. */
  void count() {
    database
        .jdbi()
        .useTransaction(
            handle -> live(handle).forEach(collection -> new Backfills(collection).expect(handle)));
  }

  /** Makes what a source has beside the catalog's rows and its backfills, whether it is there. */
  void makeObjects() {
    addColumns();
    Ddl.onUserTable(database.jdbi(), table.name(), handle -> makeObjects(handle, putRows(handle)));
  }

  private List<Collection> live(Handle handle) {
    return Catalog.collections(handle).stream()
        .filter(c -> c.source().name().equals(definition.name()))
        .filter(c -> c.state() != Collection.State.RETIRED)
        .toList();
  }

  private void declare(Handle handle) {
    List<Collection> live = putRows(handle);
    if (plan.recheckAll()) {
      live.forEach(collection -> new Backfills(collection).cancel(handle));
    }
    makeObjects(handle, live);
    if (definition.initialBackfill()) {
      startBackfills(handle, live);
    }
  }

  private List<Collection> putRows(Handle handle) {
    RowKeys keys = table.keys(definition.placement().keyNames());
    Declared.putSource(handle, definition, table, keys, plan.captured());
    for (String profile : plan.made()) {
      Declared.addProfile(handle, profile, providers.space(profile));
      SqlName target = Names.collectionTable(definition, profile, table);
      Declared.addCollection(
          handle,
          definition.name(),
          profile,
          target,
          definition.columnOf(profile),
          definition.placement().index());
    }
    Declared.activateFirst(handle, definition);
    return live(handle);
  }

  private void makeObjects(Handle handle, List<Collection> live) {
    Source source = live.get(0).source();
    if (live.stream().anyMatch(c -> c.column().isPresent())) {
      lockForColumn(handle, live);
    }
    // What is there and stays as it is, is left alone: to make it again would lock workers out.
    List<Collection> made =
        live.stream()
            .filter(c -> plan.recheckAll() || plan.made().contains(c.profile().name()))
            .toList();
    for (Collection collection : made) {
      if (collection.column().isPresent()) {
        new ColumnPlacement(collection, database.server()).create(handle, table);
      } else {
        new CollectionTable(collection, database.server())
            .create(
                handle,
                table,
                definition.placement().foreignKey(),
                definition.placement().existing());
      }
    }
    new CollectionViews(source, database.server()).create(handle, table, live);
    new MatchFunction(source, database.server()).create(handle, table, settings.active(), live);
    capture(handle, source, live);
    new QueueView(source).make(handle, plan.before().flatMap(before -> before.changes().queue()));
  }

  private void capture(Handle handle, Source source, List<Collection> live) {
    List<String> vectorColumns =
        live.stream().map(Collection::column).flatMap(Optional::stream).toList();
    Capture capture = new Capture(source, table, plan.captured(), vectorColumns);
    capture.prepare(handle);
    if (plan.recheckAll() || !ContentView.isThere(handle, source)) {
      ContentView.create(handle, source, table.name(), definition.content());
    }
    capture.hang(handle);
  }

  private void addColumns() {
    for (String profile : plan.made()) {
      definition
          .columnOf(profile)
          .filter(column -> table.column(column).isEmpty())
          .ifPresent(
              column ->
                  Ddl.onUserTable(
                      database.jdbi(),
                      table.name(),
                      handle ->
                          ColumnPlacement.addColumn(
                              handle,
                              database.server(),
                              table.name(),
                              column,
                              providers.space(profile).dimensions())));
    }
  }

  /**
   * Workers that write into the user's table lock it first, and those who read the views lock these
   * before it; so does this. The option is the one that the views have already.
   */
  private void lockForColumn(Handle handle, List<Collection> live) {
    Ddl.calm(handle, table.name());
    Stream.concat(
            live.get(0).source().views().stream(),
            live.stream().filter(c -> c.column().isPresent()).map(Collection::table))
        .forEach(
            view ->
                Ddl.run(
                    handle,
                    "alter view if exists " + view.sql() + " set (security_invoker = true)"));
    Ddl.run(handle, "lock table " + table.name().sql() + " in share row exclusive mode");
  }

  private void startBackfills(Handle handle, List<Collection> live) {
    for (Collection collection : live) {
      Backfills backfills = new Backfills(collection);
      if (plan.recheckAll() || backfills.progress(handle).isEmpty()) {
        backfills.startUncounted(handle);
        if (definition.placement().existing() && ExistingTable.waits(handle, collection)) {
          backfills.pause(handle, WAITS.formatted(definition.name(), definition.name()));
        }
      }
    }
  }
}
