package dev.vectorkeeper.declare;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.capture.CaptureDrift;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.source.ContentColumns;
import dev.vectorkeeper.source.RowKeys;
import dev.vectorkeeper.source.Source;
import dev.vectorkeeper.source.SourceDefinition;
import dev.vectorkeeper.source.SourceTable;
import dev.vectorkeeper.source.SourceTable.Column;
import dev.vectorkeeper.store.ColumnPlacement;
import dev.vectorkeeper.store.ExistingTable;
import dev.vectorkeeper.store.MatchFunction;
import dev.vectorkeeper.store.VectorIndex;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Compares one declared source with the database, and checks that it can be had. */
final class SourcePlanner {
  private static final String FOREIGN_FUNCTION =
      """
      select exists (
        select from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname = :schema and p.proname = :name
          and coalesce(obj_description(p.oid, 'pg_proc'), '') not like :mark)
      """;

  private static final String FIRST_ROWS =
      "select count(*) from (select from {table} limit 100000) first";

  private final Database database;
  private final Providers providers;
  private final SourceDefinition definition;
  private final TakenNames taken;

  /** The profile whose collection is made even where it was retired. */
  private final Optional<String> revived;

  private final List<String> made = new ArrayList<>();
  private final List<String> changes = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  SourcePlanner(
      Database database,
      Providers providers,
      SourceDefinition definition,
      TakenNames taken,
      Optional<String> revived) {
    this.revived = revived;
    this.database = database;
    this.providers = providers;
    this.definition = definition;
    this.taken = taken;
  }

  SourcePlan plan(Optional<Source> existing, List<Collection> collections) {
    return database.jdbi().withHandle(handle -> plan(handle, existing, collections));
  }

  private SourcePlan plan(Handle handle, Optional<Source> existing, List<Collection> collections) {
    SourceTable table = table(handle);
    table.requireUsable();
    requireKnownKeys(table);
    if (definition.placement().foreignKey()) {
      SourceRights.requireReferences(handle, table);
    }
    List<Column> captured = ContentColumns.find(handle, table, definition.content());
    TimeDependence.find(handle, table, definition).ifPresent(notes::add);
    boolean recheckAll = false;
    if (existing.isEmpty()) {
      changes.add(
          "capture changes of %s: inserts, updates of %s, deletes, truncates"
              .formatted(table.name(), names(table, captured)));
    } else if (existing.get().relation() != table.relation()
        || Declared.differs(handle, definition, table)) {
      requireSameShape(existing.get(), table);
      changes.add(
          "declare the source %s anew and look at all its rows again; unchanged texts cost nothing"
              .formatted(definition.name()));
      recheckAll = true;
    } else {
      recheckAll = repair(handle, existing.get());
    }
    planMatch(handle, table, existing);
    planCollections(handle, table, existing, collections);
    new ChangesPlanner(definition, table, taken).plan(handle, existing).forEach(changes::add);
    return new SourcePlan(definition, table, existing, captured, changes, notes, made, recheckAll);
  }

  private SourceTable table(Handle handle) {
    SourceRights.requireVisible(handle, definition.table().orSchema("public"));
    return SourceTable.find(handle, definition.table())
        .orElseThrow(
            () ->
                new VectorkeeperException(
                    "VK-S02",
                    "The source %s names the table %s, which does not exist in this database."
                        .formatted(definition.name(), definition.table().orSchema("public"))));
  }

  private void requireKnownKeys(SourceTable table) {
    for (String name : definition.placement().keyNames().keySet()) {
      if (table.key().stream().noneMatch(column -> column.name().equals(name))) {
        throw new VectorkeeperException(
            "VK-S10",
            "placement.key of the source %s names %s, which is no part of the primary key of %s (%s)."
                .formatted(
                    definition.name(),
                    name,
                    table.name(),
                    table.key().stream().map(Column::name).collect(Collectors.joining(", "))));
      }
    }
  }

  private static String names(SourceTable table, List<Column> captured) {
    return java.util.stream.Stream.concat(captured.stream(), table.key().stream())
        .map(Column::name)
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private void requireSameShape(Source existing, SourceTable table) {
    boolean sameKey =
        shape(existing.keys()).equals(shape(table.keys(definition.placement().keyNames())));
    boolean sameChunking =
        existing.chunking().isPresent() == definition.content().chunking().isPresent();
    if (!sameKey || !sameChunking) {
      throw new VectorkeeperException(
          "VK-A02",
          "The source %s is stored with another %s than the file declares now, and its tables cannot take that. Declare it as a source of another name."
              .formatted(definition.name(), sameKey ? "chunking" : "key"));
    }
  }

  /** What the collections' tables are made from: the columns' types and their names there. */
  private static List<String> shape(RowKeys keys) {
    return keys.columns().stream().map(column -> column.target() + " " + column.type()).toList();
  }

  /** Whether anything is repaired, so that changes may have been missed. */
  private boolean repair(Handle handle, Source existing) {
    List<Column> declared = Declared.captured(handle, existing.name());
    boolean repaired = false;
    for (CaptureDrift.Finding finding : CaptureDrift.find(handle, existing, declared)) {
      if (finding.repairable()) {
        changes.add(
            "repair the capture of %s and look at all its rows again: %s"
                .formatted(existing.name(), finding.sentence()));
        repaired = true;
      } else {
        notes.add("%s: %s".formatted(existing.name(), finding.sentence()));
      }
    }
    return repaired;
  }

  private void planCollections(
      Handle handle, SourceTable table, Optional<Source> existing, List<Collection> collections) {
    Map<String, Collection> own =
        collections.stream()
            .filter(c -> existing.isPresent() && c.source().id() == existing.get().id())
            .collect(Collectors.toMap(c -> c.profile().name(), c -> c));
    long rows = rows(handle, table);
    for (String profile : definition.collections()) {
      boolean retired =
          own.containsKey(profile) && own.get(profile).state() == Collection.State.RETIRED;
      if (retired && !revived.equals(Optional.of(profile))) {
        notes.add(
            "The collection %s/%s was retired and stays so. Take it out of the file, or bring it back with \"vectorkeeper migrate run %s --to %s\"."
                .formatted(definition.name(), profile, definition.name(), profile));
      } else if (retired || !own.containsKey(profile)) {
        made.add(profile);
        SqlName target = Names.collectionTable(definition, profile, table);
        SourceRights.requireCreatable(handle, table, target);
        planPlace(handle, table, target, profile);
        VectorIndex.notes(
                definition.name() + "/" + profile,
                definition.placement().index(),
                providers.space(profile).dimensions(),
                rows)
            .forEach(notes::add);
        changes.add(
            (definition.initialBackfill()
                    ? "make the collection %s/%s in %s and backfill about %d rows"
                    : "make the collection %s/%s in %s; about %d rows are left to backfills that you begin")
                .formatted(
                    definition.name(),
                    profile,
                    definition
                        .columnOf(profile)
                        .map(column -> "the column " + column + " of " + table.name())
                        .orElse(target.toString()),
                    rows));
      }
    }
    planViews(handle, table, existing.map(Source::views).orElse(List.of()));
    for (String profile : own.keySet()) {
      if (!definition.collections().contains(profile)
          && own.get(profile).state() != Collection.State.RETIRED) {
        notes.add(
            "The collection %s/%s is no longer in the file; it is left as it is."
                .formatted(definition.name(), profile));
      }
    }
  }

  private void planPlace(Handle handle, SourceTable table, SqlName target, String profile) {
    int dimensions = providers.space(profile).dimensions();
    Optional<String> column = definition.columnOf(profile);
    if (column.isEmpty()) {
      if (!taken.take(target)) {
        throw new VectorkeeperException(
            "VK-S11",
            "The table %s holds another collection, and two must not share one. Name another table under placement."
                .formatted(target));
      }
      planTable(handle, table, target, profile, dimensions);
      return;
    }
    taken.requireFree(handle, target);
    if (ColumnPlacement.require(handle, definition.name(), table, column.get(), dimensions)) {
      notes.add(
          "What is in the column %s of %s now is kept as the application's own until a row's text changes; rows without a vector are embedded."
              .formatted(column.get(), table.name()));
    } else {
      changes.add(
          "add the column %s vector(%d) to %s".formatted(column.get(), dimensions, table.name()));
    }
    List<String> triggers = ColumnPlacement.triggers(handle, table, column.get());
    if (!triggers.isEmpty()) {
      notes.add(
          "Whenever a vector is written to %s, your own triggers fire: %s."
              .formatted(table.name(), String.join(", ", triggers)));
    }
  }

  private void planTable(
      Handle handle, SourceTable table, SqlName target, String profile, int dimensions) {
    boolean existing = definition.placement().existing();
    FittingTable.require(handle, target, profile, dimensions, existing);
    if (existing && ExistingTable.isPresent(handle, target)) {
      ExistingTable.require(handle, target, table.keys(definition.placement().keyNames()));
      changes.add(
          "take over the table %s with its index, rights and policies: add the columns content_hash, truncated and created_at where they are missing"
              .formatted(target));
      notes.add(
          "Nothing of %s is embedded before \"vectorkeeper adopt %s\" has compared a sample. Workers then write to %s, and it is dropped when its collection is retired."
              .formatted(definition.name(), definition.name(), target));
    }
  }

  /** The planner's estimate, or a count where the table was never analysed. */
  private static long rows(Handle handle, SourceTable table) {
    return table.facts().rows() > 0
        ? table.facts().rows()
        : handle
            .createQuery(SqlText.of(FIRST_ROWS).with("table", table.name()).sql())
            .mapTo(Long.class)
            .one();
  }

  private void planViews(Handle handle, SourceTable table, List<SqlName> present) {
    List<SqlName> wanted =
        List.of(Names.allView(definition, table), Names.activeView(definition, table));
    for (SqlName view : wanted) {
      if (!present.contains(view)) {
        SourceRights.requireCreatable(handle, table, view);
        taken.requireFree(handle, view);
        changes.add("make the view " + view);
      }
    }
  }

  private void planMatch(Handle handle, SourceTable table, Optional<Source> existing) {
    SqlName wanted = Names.matchFunction(definition, table);
    MatchFunction.requirePossible(definition.name(), table.keys(definition.placement().keyNames()));
    if (existing.flatMap(Source::matchFunction).filter(wanted::equals).isEmpty()) {
      SourceRights.requireCreatable(handle, table, wanted);
      boolean foreign =
          handle
              .createQuery(FOREIGN_FUNCTION)
              .bind("schema", wanted.schema())
              .bind("name", wanted.name())
              .bind("mark", MatchFunction.MARK + "%")
              .mapTo(Boolean.class)
              .one();
      if (foreign) {
        throw new VectorkeeperException(
            "VK-A03",
            "There is already a function named %s that is not Vectorkeeper's. Choose another name: views: {match: …}."
                .formatted(wanted));
      }
      changes.add("make the function " + wanted);
    }
    if (existing.isPresent()) {
      BigDecimal least = Declared.minCoverage(handle, definition.name());
      if (least.compareTo(definition.minCoverage()) != 0) {
        changes.add(
            "ask for a coverage of %s %% before a collection of %s is made active (now %s %%)"
                .formatted(
                    definition.minCoverage().toPlainString(),
                    definition.name(),
                    least.toPlainString()));
      }
    }
  }
}
