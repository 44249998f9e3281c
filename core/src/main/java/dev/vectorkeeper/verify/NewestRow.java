package dev.vectorkeeper.verify;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.RowKeys;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * What a search with the newest row's vector finds: a look at whether searches are quick and
 * sensible. The newest row is the last one in key order that has a vector.
 *
 * @param key its key
 * @param millis how long the search took in milliseconds
 * @param neighbours the nearest other rows, the nearest first
 */
public record NewestRow(String key, double millis, List<Near> neighbours) {
  private static final String NEWEST =
      "select {key} from {table} c{first} order by {order} desc limit 1";

  /**
   * A row near the newest one.
   *
   * @param key its key
   * @param similarity as the match function gives it
   */
  public record Near(String key, double similarity) {}

  /** Searches for so many; nothing where there are no vectors. */
  static Optional<NewestRow> find(Database database, Collection collection, int count) {
    return database
        .jdbi()
        .withHandle(
            handle ->
                key(handle, collection)
                    .map(
                        key ->
                            near(
                                new Neighbours(handle, collection, database.server()),
                                key,
                                count)));
  }

  private static NewestRow near(Neighbours neighbours, String key, int count) {
    long started = System.nanoTime();
    List<Near> found =
        neighbours.found(key, count).stream()
            .map(neighbour -> new Near(neighbour.key(), neighbour.similarity()))
            .toList();
    return new NewestRow(key, (System.nanoTime() - started) / 1e6, found);
  }

  private static Optional<String> key(Handle handle, Collection collection) {
    RowKeys keys = collection.source().keys();
    return handle
        .createQuery(
            SqlText.of(NEWEST)
                .with("key", keys.targetText("c"))
                .with("table", collection.table())
                .with(
                    "first", collection.source().chunking().isPresent() ? " where c.chunk = 0" : "")
                .with(
                    "order",
                    keys.join(
                        " desc, ", i -> "c." + SqlName.quote(keys.columns().get(i - 1).target())))
                .sql())
        .mapTo(String.class)
        .findOne();
  }
}
