package dev.vectorkeeper.verify;

import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.RowKeys;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Rows and their vectors side by side, counted at one moment. Unlike in a verification, a row that
 * waits for its vector is missing.
 *
 * @param profile the collection's profile
 * @param rows rows that should have a vector
 * @param embedded rows that have one, right or not
 * @param missing rows that should have one and have none
 * @param orphan rows that have one and should not
 */
public record Parity(String profile, long rows, long embedded, long missing, long orphan) {
  private static final String COUNT =
      """
      select count(*) filter (where s.content_hash is not null) as rows,
             count(*) filter (where c.stored) as embedded,
             count(*) filter (where c.stored is null) as missing,
             count(*) filter (where s.content_hash is null) as orphan
      from (select * from {source} x where x.content_hash is not null) s
      full join (select f.*, true as stored from {table} f{first}) c on {same}
      """;

  /** Of each live collection of a source. */
  public static List<Parity> of(Database database, String source) {
    Catalog catalog = new Catalog(database.jdbi());
    return database
        .jdbi()
        .withHandle(
            handle ->
                catalog.liveCollections(catalog.source(source)).stream()
                    .map(collection -> of(handle, collection))
                    .toList());
  }

  static Parity of(Handle handle, Collection collection) {
    RowKeys keys = collection.source().keys();
    return handle
        .createQuery(
            SqlText.of(COUNT)
                .with("source", collection.source().content())
                .with("table", collection.table())
                .with(
                    "first", collection.source().chunking().isPresent() ? " where f.chunk = 0" : "")
                .with("same", keys.targetEqual("c", "s"))
                .sql())
        .map(
            (row, context) ->
                new Parity(
                    collection.profile().name(),
                    row.getLong("rows"),
                    row.getLong("embedded"),
                    row.getLong("missing"),
                    row.getLong("orphan")))
        .one();
  }
}
