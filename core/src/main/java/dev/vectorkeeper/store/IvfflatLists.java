package dev.vectorkeeper.store;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Ddl;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.IndexDefinition.Type;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The lists of an IVFFlat index, which stay centred on the rows that were there when it was built:
 * of ten times as many it finds little. How many they were stands in the index's comment. An index
 * of the user's own, on a column of the source's table, is left alone.
 */
final class IvfflatLists {
  private static final String BUILT_OVER = "Vectorkeeper: rows when it was built: ";

  /** With so many times the rows, the lists are made anew. */
  private static final int GROWN = 4;

  private static final String BUILT =
      """
      select substr(obj_description(i.indexrelid, 'pg_class'), length(:mark) + 1)::bigint
      from pg_index i
      where i.indexrelid = to_regclass(:index) and i.indisvalid
        and obj_description(i.indexrelid, 'pg_class') like :mark || '%'
      """;

  private static final String ROWS =
      "select count(*) from (select from {table} limit {most}) counted";

  private final Collection collection;
  private final SqlName index;

  IvfflatLists(Collection collection, SqlName index) {
    this.collection = collection;
    this.index = index;
  }

  private boolean isOurs() {
    return collection.index().type() == Type.IVFFLAT && collection.column().isEmpty();
  }

  /** Notes over how many rows the index was built. */
  void remember(Handle handle, long rows) {
    if (isOurs()) {
      Ddl.run(
          handle, "comment on index " + index.sql() + " is " + SqlName.literal(BUILT_OVER + rows));
    }
  }

  /** Whether so many more rows have come that the lists say little of them. */
  boolean isOutgrown(Handle handle) {
    return builtOver(handle)
        .filter(built -> rows(handle, wanted(built)) >= wanted(built))
        .isPresent();
  }

  private static long wanted(long built) {
    return GROWN * Math.max(1, built);
  }

  private Optional<Long> builtOver(Handle handle) {
    return isOurs()
        ? handle
            .createQuery(BUILT)
            .bind("index", index.sql())
            .bind("mark", BUILT_OVER)
            .mapTo(Long.class)
            .findOne()
        : Optional.empty();
  }

  private long rows(Handle handle, long most) {
    return handle
        .createQuery(
            SqlText.of(ROWS)
                .with("table", collection.table())
                .with("most", Long.toString(most))
                .sql())
        .mapTo(Long.class)
        .one();
  }

  /** Makes them anew; searches go on with the old ones meanwhile. */
  void renew(Handle handle, long rows) {
    // What an attempt that was broken off has left.
    Ddl.run(handle, "drop index concurrently if exists " + leftOver().sql());
    Ddl.run(
        handle,
        "alter index %s set (lists = %d)"
            .formatted(index.sql(), IndexPlan.parameters(collection.index(), rows).get("lists")));
    Ddl.run(handle, "reindex index concurrently " + index.sql());
    remember(handle, rows);
  }

  private SqlName leftOver() {
    return new SqlName(index.schema(), index.name() + "_ccnew");
  }

  /** What is worth knowing of the lists. */
  List<String> notes(Handle handle) {
    if (!isOurs()) {
      return List.of();
    }
    Integer lists = collection.index().parameters().get("lists");
    Optional<String> few =
        lists == null
            ? Optional.empty()
            : IndexPlan.tooFewRows(
                collection.toString(),
                collection.index(),
                rows(handle, IndexPlan.ROWS_A_LIST * (long) lists));
    Optional<String> outgrown =
        isOutgrown(handle)
            ? Optional.of(
                "The IVFFlat index of %s was built over %,d rows, and there are more than %d times as many now: its lists say little of them. \"vectorkeeper backfill %s\" makes them anew."
                    .formatted(
                        collection,
                        builtOver(handle).orElse(0L),
                        GROWN,
                        collection.source().name()))
            : Optional.empty();
    return java.util.stream.Stream.of(few, outgrown).flatMap(Optional::stream).toList();
  }
}
