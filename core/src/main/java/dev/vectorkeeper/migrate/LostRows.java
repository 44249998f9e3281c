package dev.vectorkeeper.migrate;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.RowKeys;
import java.util.List;

/**
 * Rows that searches find now and would not find after a cutover. A row that was written within
 * minutes and waits for its vector is none: under a load of writers there is always one.
 */
final class LostRows {
  private static final String LOST =
      """
      with pending as materialized (
        select {logKey} as key from {log} l
        where l.k1 is not null and l.logged_at > clock_timestamp() - interval '5 minutes'
        union select unnest(keys) from vectorkeeper.claim
        where collection_id = :collection and oldest > clock_timestamp() - interval '5 minutes'
        union select key from vectorkeeper.retry where collection_id = :collection and due_at <> 'infinity'
        union select key from vectorkeeper.dead_letter where collection_id = :collection)
      select lost.key from (
        select {oldKey} as key
        from {old} o left join {new} c on {same}{newFirst}
        cross join {source} s
        where c.embedding is null{oldFirst} and s.content_hash is not null) lost
      left join pending p on p.key = lost.key
      where p.key is null
      limit 6
      """;

  private LostRows() {}

  /** Fails with VK-M05 where there are such rows. */
  static void requireNone(Database database, Collection to, Collection from) {
    RowKeys keys = to.source().keys();
    boolean chunked = to.source().chunking().isPresent();
    String named = "(select " + keys.named("o") + ") k";
    List<String> lost =
        database
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery(
                            SqlText.of(LOST)
                                .with("logKey", keys.text("l"))
                                .with("log", to.source().changeLog())
                                .with("oldKey", keys.targetText("o"))
                                .with("old", from.table())
                                .with("new", to.table())
                                .with("same", keys.targetsEqual("c", "o"))
                                .with("newFirst", chunked ? " and c.chunk = 0" : "")
                                .with("oldFirst", chunked ? " and o.chunk = 0" : "")
                                .with(
                                    "source",
                                    "lateral "
                                        + named
                                        + " cross join "
                                        + keys.looked(to.source().content(), "k"))
                                .sql())
                        .bind("collection", to.id())
                        .mapTo(String.class)
                        .list());
    if (!lost.isEmpty()) {
      throw new VectorkeeperException(
          "VK-M05",
          "%s has no vectors for rows that are found now, such as %s. Run \"vectorkeeper backfill %s --profile %s\" and verify again, or force the cutover."
              .formatted(
                  to,
                  String.join(", ", lost.subList(0, Math.min(5, lost.size()))),
                  to.source().name(),
                  to.profile().name()));
    }
  }
}
