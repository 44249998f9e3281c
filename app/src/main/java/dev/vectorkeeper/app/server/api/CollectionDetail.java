package dev.vectorkeeper.app.server.api;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.profile.Space;
import dev.vectorkeeper.store.VectorIndex;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** One collection, with its space, its index and what it takes on disk. */
record CollectionDetail(
    String source,
    String profile,
    String provider,
    String model,
    int dimensions,
    String task,
    Map<String, String> shape,
    String fingerprint,
    String state,
    boolean active,
    String table,
    Optional<String> column,
    Index index,
    long bytes) {
  private static final String TABLE_BYTES =
      "select coalesce(pg_total_relation_size(to_regclass(:name)), 0)";
  private static final String INDEX_BYTES =
      "select coalesce(pg_relation_size(to_regclass(:name)), 0)";

  private record Index(
      String type,
      String distance,
      String precision,
      Map<String, Integer> parameters,
      String name,
      boolean ready,
      long bytes) {}

  /**
   * The collection of a source under a profile.
   *
   * @throws VectorkeeperException VK-S01 where there is no such source, VK-V02 where it has no such
   *     collection
   */
  static CollectionDetail of(Vectorkeeper keeper, String source, String profile) {
    int id = keeper.catalog().source(source).id();
    Collection collection =
        keeper.catalog().collections().stream()
            .filter(c -> c.source().id() == id && c.profile().name().equals(profile))
            .findFirst()
            .orElseThrow(
                () ->
                    new VectorkeeperException(
                        "VK-V02",
                        "The source %s has no collection under the profile %s."
                            .formatted(source, profile)));
    return keeper.database().jdbi().withHandle(handle -> of(keeper, handle, collection));
  }

  private static CollectionDetail of(Vectorkeeper keeper, Handle handle, Collection c) {
    Space space = c.profile().space();
    VectorIndex index = new VectorIndex(c, keeper.database());
    SqlName name = index.name();
    return new CollectionDetail(
        c.source().name(),
        c.profile().name(),
        space.provider(),
        space.model(),
        space.dimensions(),
        space.task(),
        space.shape(),
        space.fingerprint(),
        lower(c.state()),
        c.active(),
        c.table().toString(),
        c.column(),
        new Index(
            lower(c.index().type()),
            lower(c.index().distance()),
            lower(c.index().precision()),
            c.index().parameters(),
            name.toString(),
            index.isReady(),
            bytes(handle, INDEX_BYTES, name)),
        bytes(handle, TABLE_BYTES, c.column().isPresent() ? c.source().table() : c.table()));
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static long bytes(Handle handle, String sql, SqlName name) {
    return handle.createQuery(sql).bind("name", name.sql()).mapTo(Long.class).one();
  }
}
