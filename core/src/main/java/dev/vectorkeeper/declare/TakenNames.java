package dev.vectorkeeper.declare;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.source.Source;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The names of the tables and views that are Vectorkeeper's: those in the catalog, and those that
 * the file wants so far. Two collections in one table would remove each other's vectors.
 */
final class TakenNames {
  private final Set<SqlName> names = new HashSet<>();

  TakenNames(List<Source> sources, List<Collection> collections) {
    sources.forEach(source -> names.addAll(source.views()));
    collections.stream()
        .filter(collection -> collection.state() != Collection.State.RETIRED)
        .forEach(collection -> names.add(collection.table()));
  }

  /** Takes a name; false when something else has it. */
  boolean take(SqlName name) {
    return names.add(name);
  }
}
