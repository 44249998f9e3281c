package dev.vectorkeeper.importing;

import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.source.SourceTable;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Finds the two columns that tell which rows changed after their vector was made, where they tell
 * anything.
 */
final class Times {
  private static final List<String> CHANGED = List.of("updated_at", "modified_at", "changed_at");
  private static final List<String> BESIDE =
      List.of("embedded_at", "updated_at", "created_at", "made_at");
  private static final List<String> IN_ROW =
      List.of("embedded_at", "embedding_updated_at", "embedding_created_at");

  private static final String STALE =
      "select count(*) filter (where s.{changed} > f.{made}), count(*) from {rows} s join {vectors} f on {same} where f.{vector} is not null";

  /**
   * The two columns.
   *
   * @param stale how many rows they say changed
   */
  record Found(String changed, String made, long stale) {}

  private final Handle handle;

  Times(Handle handle) {
    this.handle = handle;
  }

  Optional<Found> of(Handmade found) {
    SourceTable beside = found.vectors().table();
    Optional<SourceTable.Column> changed = first(found.rows(), CHANGED);
    Optional<SourceTable.Column> made = first(beside, found.link().isPresent() ? BESIDE : IN_ROW);
    if (changed.isEmpty() || made.isEmpty() || !changed.get().type().equals(made.get().type())) {
      return Optional.empty();
    }
    return handle
        .createQuery(
            Written.sql(
                STALE,
                "changed",
                SqlName.quote(changed.get().name()),
                "made",
                SqlName.quote(made.get().name()),
                "rows",
                found.rows().name().sql(),
                "vectors",
                beside.name().sql(),
                "same",
                found.same("f"),
                "vector",
                found.vectors().quoted()))
        .map((row, context) -> new long[] {row.getLong(1), row.getLong(2)})
        .findOne()
        // Where most rows changed since, the time changes with more than their text.
        .filter(counts -> counts[0] * 2 < counts[1])
        .map(counts -> new Found(changed.get().name(), made.get().name(), counts[0]));
  }

  private static Optional<SourceTable.Column> first(SourceTable table, List<String> names) {
    return names.stream()
        .flatMap(name -> table.column(name).stream())
        .filter(column -> column.type().startsWith("timestamp"))
        .findFirst();
  }
}
