package dev.vectorkeeper.importing;

import dev.vectorkeeper.store.ExistingTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * Where the vectors are to be kept.
 *
 * @param placement what the file says of it
 * @param elsewhere whether they are copied there from where they are
 * @param notes what is to be known of it
 */
record Home(Map<String, String> placement, boolean elsewhere, List<String> notes) {
  /** What is left of the vectors where they were. */
  Part left(Handmade found) {
    String table = Written.name(found.vectors().table().name());
    return found.link().isEmpty()
        ? new Part(
            "the column " + found.vectors(),
            "",
            "alter table %s drop column %s;"
                .formatted(table, Written.identifier(found.vectors().name())))
        : new Part(
            "the table " + table,
            "",
            "drop table %s; -- renamed before, its name can be that of the view over all collections: views: {all: %s}"
                .formatted(table, table));
  }

  /** Whether they stay in a column of the source's own table. */
  boolean inColumn() {
    return placement.containsKey("column");
  }

  static Home of(Handle handle, Handmade found) {
    VectorColumn vectors = found.vectors();
    if (found.link().isEmpty()) {
      boolean inPlace = vectors.plain() && !found.rows().facts().partitioned();
      return inPlace
          ? new Home(
              Map.of("column", Written.yaml(vectors.name())),
              false,
              List.of("the vectors stay in the column " + vectors.name()))
          : new Home(
              Map.of(),
              true,
              List.of(
                  "a column of a partitioned table, of no fixed length, of half precision or generated cannot be kept in step; its vectors are copied into a table of their own"));
    }
    Map<String, String> keyNames = new LinkedHashMap<>();
    for (int i = 0; i < found.keys().size(); i++) {
      String own = found.rows().key().get(i).name();
      if (!own.equals(found.keys().get(i))) {
        keyNames.put(Written.yaml(own), Written.yaml(found.keys().get(i)));
      }
    }
    Map<String, String> placement = new LinkedHashMap<>();
    if (!keyNames.isEmpty()) {
      StringBuilder key = new StringBuilder();
      keyNames.forEach(
          (own, there) ->
              key.append(key.isEmpty() ? "" : ", ").append(own).append(": ").append(there));
      placement.put("key", "{" + key + "}");
    }
    return beside(handle, found, placement, vectors);
  }

  private static Home beside(
      Handle handle, Handmade found, Map<String, String> placement, VectorColumn vectors) {
    Map<String, String> names = new LinkedHashMap<>();
    for (int i = 0; i < found.keys().size(); i++) {
      names.put(found.rows().key().get(i).name(), found.keys().get(i));
    }
    List<String> hindrances =
        found.made().size() > 1
            ? List.of("it holds vectors of several models")
            : ExistingTable.hindrances(handle, vectors.table().name(), found.rows().keys(names));
    if (!hindrances.isEmpty() || !vectors.plain()) {
      return new Home(
          placement,
          true,
          List.of(
              "the vectors are copied from %s%s"
                  .formatted(
                      vectors.table().name(),
                      hindrances.isEmpty()
                          ? ""
                          : ", which cannot be taken over: " + String.join("; ", hindrances))));
    }
    Map<String, String> taken = new LinkedHashMap<>();
    taken.put("table", Written.yaml(Written.name(vectors.table().name())));
    taken.put("existing", "adopt");
    taken.putAll(placement);
    if (found.link().orElseThrow().cascades()) {
      taken.put("foreign-key", "cascade");
    }
    List<String> notes = new ArrayList<>();
    notes.add(
        "%s is taken over as it is, with its index and its foreign key"
            .formatted(vectors.table().name()));
    if (vectors.table().facts().rowSecurity()) {
      notes.add("its row level security stays as it is, and so do its policies");
    }
    return new Home(taken, false, notes);
  }
}
