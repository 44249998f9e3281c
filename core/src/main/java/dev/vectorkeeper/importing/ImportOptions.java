package dev.vectorkeeper.importing;

import dev.vectorkeeper.postgres.SqlName;
import java.util.List;
import java.util.Optional;

/**
 * What is asked of an import.
 *
 * @param schema only tables of this schema
 * @param table only this table's vectors
 * @param providers who made the vectors, where the database does not say; several are routes to one
 *     model
 * @param model the model that made them, where the database does not say
 */
public record ImportOptions(
    Optional<String> schema,
    Optional<SqlName> table,
    List<String> providers,
    Optional<String> model) {
  /** Everything that is found, and what the database says of it. */
  public static final ImportOptions NONE =
      new ImportOptions(Optional.empty(), Optional.empty(), List.of(), Optional.empty());

  public ImportOptions {
    providers = List.copyOf(providers);
  }

  /** The same under a model that the database does not name. */
  public ImportOptions madeBy(List<String> by, String name) {
    return new ImportOptions(schema, table, by, Optional.of(name));
  }

  boolean wants(SqlName name) {
    boolean named =
        table.isEmpty()
            || table.get().name().equals(name.name())
                && (table.get().schema().isEmpty() || table.get().schema().equals(name.schema()));
    return named && (schema.isEmpty() || schema.get().equals(name.schema()));
  }
}
