package dev.vectorkeeper.importing;

import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.source.SourceTable;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Rows of the user's that have vectors, wherever these lie.
 *
 * @param rows the table whose rows the vectors are of
 * @param vectors the column that holds the vectors
 * @param link how the vectors' table refers to those rows, where it is another one
 * @param made by which models the vectors were made, those with most vectors first
 */
record Handmade(SourceTable rows, VectorColumn vectors, Optional<Link> link, List<Made> made) {
  /** The columns of the vectors' table that name the row, in the order of the key. */
  List<String> keys() {
    return link.map(Link::columns)
        .orElseGet(() -> rows.key().stream().map(SourceTable.Column::name).toList());
  }

  /** Whether a row {@code s} has a vector, as a condition. */
  String hasVector() {
    if (link.isEmpty()) {
      return "s." + vectors.quoted() + " is not null";
    }
    return "exists (select from "
        + vectors.table().name().sql()
        + " v where v."
        + vectors.quoted()
        + " is not null and "
        + same("v")
        + ")";
  }

  /** A row {@code s} and its vector's row under an alias, as a condition. */
  String same(String alias) {
    return IntStream.range(0, keys().size())
        .mapToObj(
            i ->
                alias
                    + "."
                    + SqlName.quote(keys().get(i))
                    + " = s."
                    + SqlName.quote(rows.key().get(i).name()))
        .collect(Collectors.joining(" and "));
  }

  /** The key's columns of the rows under an alias. */
  String qualifiedKeys(String alias) {
    return rows.key().stream()
        .map(column -> alias + "." + SqlName.quote(column.name()))
        .collect(Collectors.joining(", "));
  }

  /** The key's columns for SQL. */
  String keyList() {
    return rows.key().stream()
        .map(column -> Written.identifier(column.name()))
        .collect(Collectors.joining(", "));
  }
}
