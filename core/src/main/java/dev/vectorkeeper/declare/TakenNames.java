package dev.vectorkeeper.declare;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.source.Source;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * The names of the tables, views and triggers that are Vectorkeeper's: those in the catalog, and
 * those that the file wants so far. Two collections in one table would remove each other's vectors.
 */
final class TakenNames {
  private static final String EXISTS = "select to_regclass(:name) is not null";

  private final Set<SqlName> names = new HashSet<>();
  private final Set<String> triggers = new HashSet<>();

  TakenNames(List<Source> sources, List<Collection> collections) {
    sources.forEach(source -> names.addAll(source.views()));
    sources.forEach(source -> source.changes().queue().ifPresent(names::add));
    collections.stream()
        .filter(collection -> collection.state() != Collection.State.RETIRED)
        .forEach(collection -> names.add(collection.table()));
  }

  /** Takes a trigger's name on a table; false when another source of the file has it. */
  boolean takeTrigger(SqlName table, String trigger) {
    return triggers.add(table.sql() + " " + trigger);
  }

  /** Takes the name of a view that is to be made; VK-A03 when something else has it. */
  void requireFree(Handle handle, SqlName name) {
    boolean exists = handle.createQuery(EXISTS).bind("name", name.sql()).mapTo(Boolean.class).one();
    if (exists || !take(name)) {
      throw new VectorkeeperException(
          "VK-A03",
          "There is already something named %s that is not this view. Choose another name under views."
              .formatted(name));
    }
  }

  /** Gives a name free, because what had it is gone. */
  void release(SqlName name) {
    names.remove(name);
  }

  /** Takes a name; false when something else has it. */
  boolean take(SqlName name) {
    return names.add(name);
  }
}
