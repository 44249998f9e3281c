package dev.vectorkeeper.importing;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.source.SourceTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * Tells what a column of vectors belongs to: its own row, or a row of another table that its row
 * refers to. What cannot be adopted is passed over with a sentence that says why.
 */
final class Recognition {
  private static final String REPEATED =
      "select exists (select from {table} f where f.{vector} is not null group by {keys}{made} having count(*) > 1)";

  private final Handle handle;
  private final Links links;
  private final Models models;
  private final List<String> passed = new ArrayList<>();

  Recognition(Handle handle, String vectorSchema) {
    this.handle = handle;
    this.links = new Links(handle);
    this.models = new Models(handle, vectorSchema);
  }

  /** What was passed over and why. */
  List<String> passed() {
    return passed;
  }

  private Optional<Handmade> pass(VectorColumn column, String why) {
    passed.add("%s is left alone: %s.".formatted(column, why));
    return Optional.empty();
  }

  /** The rows that a column's vectors are of. */
  Optional<Handmade> of(VectorColumn column) {
    if (!column.table().facts().missingRights().isEmpty()) {
      return pass(
          column,
          "this role lacks rights on it. An administrator can grant them: "
              + String.join("; ", column.table().facts().missingRights())
              + ";");
    }
    if (!List.of("vector", "halfvec").contains(column.type())) {
      return pass(column, "vectors of the type " + column.type() + " cannot be adopted");
    }
    List<Made> made = models.inUseFirst(models.of(column), column.table().name().schema());
    if (made.isEmpty()) {
      return pass(
          column,
          column.vectors() == 0
              ? "it has no vectors, and its type names no dimensions"
              : "its vectors have different lengths, and no column beside them says which model made which");
    }
    List<String> own = TextColumns.of(column.table());
    Optional<Link> link = link(column, own);
    if (link.isEmpty() && own.isEmpty()) {
      return pass(
          column,
          "its table has no text, and no key of another table that has one. Vectors that are made from other vectors are declared under \"derived\"");
    }
    return usable(
        new Handmade(link.map(Link::target).orElse(column.table()), column, link, made), own);
  }

  /** Another table's rows, where the vectors' table is nothing but vectors of those. */
  private Optional<Link> link(VectorColumn column, List<String> own) {
    SourceTable table = column.table();
    boolean told = !Models.columns(table).isEmpty();
    List<String> key = table.key().stream().map(SourceTable.Column::name).toList();
    return links.of(table).stream()
        .filter(link -> !TextColumns.of(link.target()).isEmpty())
        .filter(link -> told || own.isEmpty() || link.columns().equals(key))
        .min(
            Comparator.comparing((Link link) -> !key.containsAll(link.columns()))
                .thenComparing(link -> !link.declared()));
  }

  private Optional<Handmade> usable(Handmade found, List<String> own) {
    try {
      found.rows().requireUsable();
    } catch (VectorkeeperException e) {
      passed.add("%s is left alone: %s".formatted(found.vectors(), e.getMessage()));
      return Optional.empty();
    }
    if (found.link().isPresent() && repeated(found)) {
      return own.isEmpty() || found.vectors().table().key().isEmpty()
          ? pass(
              found.vectors(),
              "there are several vectors a row of %s, as of chunks, and nothing says of which part each is. Declare that table with \"chunking\"; its texts are then cut and embedded anew"
                  .formatted(found.rows().name()))
          : usable(
              new Handmade(
                  found.vectors().table(), found.vectors(), Optional.empty(), found.made()),
              own);
    }
    if (found.link().isEmpty() && found.made().size() > 1) {
      return pass(found.vectors(), "its rows have vectors of several models in one column");
    }
    return Optional.of(found);
  }

  private boolean repeated(Handmade found) {
    String keys =
        found.keys().stream().map(k -> "f." + SqlName.quote(k)).collect(Collectors.joining(", "));
    String made =
        Models.columns(found.vectors().table()).values().stream()
            .map(name -> ", f." + SqlName.quote(name))
            .collect(Collectors.joining());
    return handle
        .createQuery(
            Written.sql(
                REPEATED,
                "table",
                found.vectors().table().name().sql(),
                "vector",
                found.vectors().quoted(),
                "keys",
                keys,
                "made",
                made))
        .mapTo(Boolean.class)
        .one();
  }
}
