package dev.vectorkeeper.declare;

import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.source.SourceDefinition;
import dev.vectorkeeper.source.SourceTable;
import java.util.Optional;

/** The names of what appears beside a user's table, where the file gives none. */
final class Names {
  private Names() {}

  static SqlName allView(SourceDefinition source, SourceTable table) {
    return chosen(source.placement().allView(), source.name() + "_embeddings", table);
  }

  static SqlName activeView(SourceDefinition source, SourceTable table) {
    return chosen(source.placement().activeView(), source.name() + "_embeddings_active", table);
  }

  static SqlName matchFunction(SourceDefinition source, SourceTable table) {
    return chosen(source.placement().matchFunction(), "match_" + source.name(), table);
  }

  static Optional<SqlName> queueView(SourceDefinition source, SourceTable table) {
    return source.changes().queue().map(name -> name.orSchema(table.name().schema()));
  }

  static SqlName collectionTable(SourceDefinition source, String profile, SourceTable table) {
    String plain =
        source.name()
            + "_"
            + profile.toLowerCase(java.util.Locale.ROOT).replaceAll("[^a-z0-9_]", "_")
            + "_vectors";
    return chosen(
        source.placement().table(), plain.length() > 60 ? plain.substring(0, 60) : plain, table);
  }

  private static SqlName chosen(Optional<SqlName> given, String made, SourceTable table) {
    return given.orElse(new SqlName("", made)).orSchema(table.name().schema());
  }
}
