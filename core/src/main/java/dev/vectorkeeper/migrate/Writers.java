package dev.vectorkeeper.migrate;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.store.ColumnPlacement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jdbi.v3.core.Handle;

/**
 * What writes vectors of the old model into a column by itself. From the cutover on it would write
 * them into the new model's column, and fail where the dimensions differ.
 */
final class Writers {
  /** Vectors that came when all rows had been looked at already, so that somebody still writes. */
  private static final String KEPT =
      """
      select count(*) from {side} c
      where c.kept and c.created_at > (
        select min(b.finished_at) from vectorkeeper.backfill b where b.collection_id = :collection)
      """;

  private static final String FUNCTIONS =
      """
      select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname not in ('pg_catalog', 'information_schema', 'vectorkeeper') and p.prokind in ('f', 'p')
        and coalesce(obj_description(p.oid, 'pg_proc'), '') not like 'Vectorkeeper: %'
        and (p.prosrc ~* :assigned or p.prosrc ~* :updated)
      order by 1
      """;

  private Writers() {}

  /** A sentence for each, with the count or the function. */
  static List<String> find(Handle handle, Collection from) {
    List<String> found = new ArrayList<>();
    String column = from.column().orElseThrow();
    long kept =
        handle
            .createQuery(SqlText.of(KEPT).with("side", ColumnPlacement.side(from)).sql())
            .bind("collection", from.id())
            .mapTo(Long.class)
            .one();
    if (kept > 0) {
      found.add(
          String.format(
              Locale.ROOT, "the application wrote the vectors of %,d rows by itself", kept));
    }
    String word = column.replaceAll("\\W", ".");
    handle
        .createQuery(FUNCTIONS)
        .bind("assigned", "\\mnew\\s*\\.\\s*\"?" + word + "\"?\\s*:?=")
        .bind("updated", "\\mset\\s([^;]*[,\\s])?\"?" + word + "\"?\\s*=")
        .mapTo(String.class)
        .forEach(function -> found.add("the function " + function + " seems to write it"));
    return found;
  }
}
