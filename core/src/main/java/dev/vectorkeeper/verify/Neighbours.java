package dev.vectorkeeper.verify;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Server;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.RowKeys;
import dev.vectorkeeper.verify.VerificationOptions.LabelledPair;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The nearest rows of stored rows, as searches find them and as an exact scan does. */
final class Neighbours {
  /**
   * A row near another.
   *
   * @param key its key in its text form
   * @param similarity as the match function gives it
   */
  record Neighbour(String key, double similarity) {}

  private static final String SAMPLE =
      """
      select {key} from {table} c{other}{first}
      order by pg_catalog.hashtextextended({key}, :seed), 1 limit :sample
      """;

  /** By the source's match function, which is what applications search with. */
  private static final String FOUND =
      """
      select {matched} as key, m.similarity from {keys} join {table} c on {same}{first}
      cross join lateral {match}(c.embedding, null, :count, :profile) m
      order by m.similarity desc
      """;

  /** The sum keeps the planner from the index. */
  private static final String EXACT =
      """
      select {key} as key, {similarity} as similarity from {table} c
      cross join (select q.embedding from {keys} join {table} q on {sameQuery}{queryFirst}) q
      {grouped}order by {nearness} limit :count
      """;

  private static final String PAIR =
      """
      select {similarity} as similarity from {one} join {table} c on {same}{first}
      cross join (select q.embedding from {keys} join {table} q on {sameQuery}{queryFirst}) q
      """;

  private final Handle handle;
  private final Collection collection;
  private final RowKeys keys;
  private final boolean chunked;
  private final Server server;
  private final String found;
  private final String exact;

  Neighbours(Handle handle, Collection collection, Server server) {
    this.handle = handle;
    this.collection = collection;
    this.keys = collection.source().keys();
    this.chunked = collection.source().chunking().isPresent();
    this.server = server;
    SqlName match =
        collection
            .source()
            .matchFunction()
            .orElseThrow(
                () ->
                    new VectorkeeperException(
                        "VK-Q07",
                        "The source %s was declared by an older version and has no match function yet. Run \"vectorkeeper apply\"."
                            .formatted(collection.source().name())));
    this.found =
        SqlText.of(FOUND)
            .with("matched", keys.targetText("m"))
            .with("keys", keys.unnested())
            .with("table", collection.table())
            .with("same", keys.targetEqual("c", "w"))
            .with("first", first("c", " and "))
            .with("match", match)
            .sql();
    this.exact =
        SqlText.of(EXACT)
            .with("key", keys.targetText("c"))
            .with("similarity", chunked ? "max(" + similarity() + ")" : similarity())
            .with("table", collection.table())
            .with("keys", keys.unnested())
            .with("sameQuery", keys.targetEqual("q", "w"))
            .with("queryFirst", first("q", " and "))
            .with("grouped", chunked ? "group by " + keys.targets("c") + "\n" : "")
            .with("nearness", chunked ? "2 desc" : distance() + " + 0")
            .sql();
  }

  private String first(String alias, String before) {
    return chunked ? before + alias + ".chunk = 0" : "";
  }

  private String distance() {
    return "(c.embedding operator("
        + SqlName.quote(server.vectorSchema().orElseThrow())
        + "."
        + collection.index().distance().operator()
        + ") q.embedding)";
  }

  private String similarity() {
    return switch (collection.index().distance()) {
      case COSINE -> "1 - " + distance();
      case L2, INNER_PRODUCT -> "-" + distance();
    };
  }

  /**
   * Keys drawn by their hash, the same ones for the same seed.
   *
   * @param other a collection that must have the rows, too
   */
  List<String> sample(int size, long seed, Optional<Collection> other) {
    String joined =
        other
            .map(
                o ->
                    " join "
                        + o.table().sql()
                        + " o on "
                        + keys.join(
                            " and ",
                            i -> {
                              String name = SqlName.quote(keys.columns().get(i - 1).target());
                              return "o." + name + " = c." + name;
                            })
                        + first("o", " and "))
            .orElse("");
    return handle
        .createQuery(
            SqlText.of(SAMPLE)
                .with("key", keys.targetText("c"))
                .with("table", collection.table())
                .with("other", joined)
                .with("first", first("c", " where "))
                .sql())
        .bind("seed", seed)
        .bind("sample", size)
        .mapTo(String.class)
        .list();
  }

  /** The nearest rows of a row, without itself, as a search finds them. */
  List<Neighbour> found(String key, int count) {
    return nearest(found, key, count);
  }

  /** The same by comparing with every vector. */
  List<Neighbour> exact(String key, int count) {
    return nearest(exact, key, count);
  }

  private List<Neighbour> nearest(String sql, String key, int count) {
    var query = keys.bind(handle.createQuery(sql), List.of(key)).bind("count", count + 1);
    if (sql.equals(found)) {
      query.bind("profile", collection.profile().name());
    }
    return query
        .map((row, context) -> new Neighbour(row.getString(1), row.getDouble(2)))
        .list()
        .stream()
        .filter(neighbour -> !neighbour.key().equals(key))
        .limit(count)
        .toList();
  }

  /** Fails where one of a pair cannot be a key. */
  void requireKeys(LabelledPair pair) {
    keys.bind(
            handle.createQuery("select count(*) from " + keys.unnested()),
            List.of(pair.first(), pair.second()))
        .mapTo(Long.class)
        .one();
  }

  /** How similar two rows are; nothing where one of them has no vector. */
  Optional<Double> similarity(LabelledPair pair) {
    String sql =
        SqlText.of(PAIR)
            .with("similarity", similarity())
            .with("one", keys.unnested().replace(":keys", ":others").replace(" as w(", " as o("))
            .with("table", collection.table())
            .with("same", keys.targetEqual("c", "o"))
            .with("first", first("c", " and "))
            .with("keys", keys.unnested())
            .with("sameQuery", keys.targetEqual("q", "w"))
            .with("queryFirst", first("q", " and "))
            .sql();
    var query = keys.bind(handle.createQuery(sql), List.of(pair.first()));
    String[] parts = keys.split(pair.second());
    for (int i = 0; i < parts.length; i++) {
      query.bindArray("others" + (i + 1), String.class, List.of(parts[i]));
    }
    return query.mapTo(Double.class).findOne();
  }
}
