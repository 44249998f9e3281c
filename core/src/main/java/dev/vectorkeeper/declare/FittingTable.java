package dev.vectorkeeper.declare;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.postgres.SqlName;
import org.jdbi.v3.core.Handle;

/** Checks a table that exists already under the name that a collection's table is to have. */
final class FittingTable {
  private static final String EMBEDDING =
      """
      select c.oid is not null as present, a.attnum is not null as has_embedding,
             coalesce(format_type(a.atttypid, a.atttypmod), '') as type, coalesce(t.typname, '') as name,
             coalesce(a.atttypmod, 0) as dimensions,
             exists (select from pg_attribute h where h.attrelid = c.oid and h.attname = 'content_hash'
                       and h.atttypid = 'bytea'::regtype and not h.attisdropped) as ours
      from pg_class c
      left join pg_attribute a on a.attrelid = c.oid and a.attname = 'embedding' and not a.attisdropped
      left join pg_type t on t.oid = a.atttypid
      where c.oid = to_regclass(:table)
      """;

  private record Found(boolean hasEmbedding, String type, boolean fits, boolean ours) {}

  private FittingTable() {}

  /**
   * Fails with VK-S09 when the dimension differs, with VK-S11 when the table is not one of
   * Vectorkeeper's and the file does not say that it is to become one.
   */
  static void require(
      Handle handle, SqlName table, String profile, int dimensions, boolean existing) {
    handle
        .createQuery(EMBEDDING)
        .bind("table", table.sql())
        .map(
            (row, context) ->
                new Found(
                    row.getBoolean("has_embedding"),
                    row.getString("type"),
                    row.getString("name").equals("vector")
                        && row.getInt("dimensions") == dimensions,
                    row.getBoolean("ours")))
        .findOne()
        .ifPresent(found -> check(found, table, profile, dimensions, existing));
  }

  private static void check(
      Found found, SqlName table, String profile, int dimensions, boolean existing) {
    if (found.hasEmbedding() && !found.fits()) {
      throw new VectorkeeperException(
          "VK-S09",
          "The table %s has a column embedding of type %s, but the profile %s makes vectors of %d dimensions. Name another table under placement, or a model of that dimension."
              .formatted(table, found.type(), profile, dimensions));
    }
    if ((!found.hasEmbedding() || !found.ours()) && !existing) {
      throw new VectorkeeperException(
          "VK-S11",
          "The table %s exists and was not made by Vectorkeeper, so it is not touched. Name another table under placement, or say \"existing: adopt\" there if its vectors are to be taken over."
              .formatted(table));
    }
  }
}
