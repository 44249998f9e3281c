package dev.vectorkeeper.search;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.DataFault;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.provider.Embedder;
import dev.vectorkeeper.provider.TextSide;
import dev.vectorkeeper.queue.Totals;
import dev.vectorkeeper.queue.Usage;
import dev.vectorkeeper.source.Source;
import java.util.List;
import org.jdbi.v3.core.JdbiException;

/**
 * Nearest rows of a source to a text, in the space of the collection that is active: the text is
 * embedded as a query by that collection's profile, so that the two sides always match.
 */
public final class Search {
  /** The source's match function finds the rows; their texts are fetched for what it finds. */
  private static final String NEAREST =
      """
      select f.key, f.similarity, s.content
      from (
        select {key} as key, m.similarity, {named}
        from {match}(cast(:vector as {vector}), null, :count, :profile) m
      ) f
      left join {source} s on true
      order by f.similarity desc, f.key
      """;

  private final Database database;
  private final Catalog catalog;
  private final Providers providers;
  private final QueryCache cache = new QueryCache();

  public Search(Database database, Providers providers) {
    this.database = database;
    this.catalog = new Catalog(database.jdbi());
    this.providers = providers;
  }

  /**
   * The nearest rows.
   *
   * @param sourceName the source
   * @param query a text that describes what is sought
   * @param count how many rows at most, 1 to 1,000
   * @return the nearest first
   * @throws VectorkeeperException VK-Q01 when no collection is active, VK-Q02 for a blank query,
   *     and the failure's own code when the query could not be embedded
   */
  public List<Found> nearest(String sourceName, String query, int count) {
    if (query.isBlank()) {
      throw new VectorkeeperException(
          "VK-Q02", "The query is blank; describe what you are looking for.");
    }
    Collection active = active(catalog.source(sourceName));
    return nearest(active, embed(active, query), count);
  }

  private Collection active(Source source) {
    return catalog.liveCollections(source).stream()
        .filter(Collection::active)
        .findFirst()
        .orElseThrow(
            () ->
                new VectorkeeperException(
                    "VK-Q01",
                    "No collection of the source %s is active, so there is nothing to search."
                        .formatted(source.name())));
  }

  private float[] embed(Collection collection, String query) {
    return cache.get(collection.profile(), query, () -> ask(collection, query));
  }

  private float[] ask(Collection collection, String query) {
    Embedder embedder = providers.embedder(collection.profile().name());
    Embedder.Embedded embedded = embedder.embed(List.of(query), TextSide.QUERY);
    Usage usage = Usage.of(embedded);
    database.jdbi().useHandle(handle -> Totals.addUsage(handle, collection.profile().id(), usage));
    return embedded.vectors("The query").get(0);
  }

  /** A row on which the filter fails by now is found like any other, but no text can be shown. */
  private List<Found> nearest(Collection collection, float[] vector, int count) {
    try {
      return nearest(collection, sql(collection, true), vector, count);
    } catch (JdbiException e) {
      if (DataFault.of(e).isEmpty()) {
        throw e;
      }
      return nearest(collection, sql(collection, false), vector, count);
    }
  }

  private List<Found> nearest(Collection collection, String sql, float[] vector, int count) {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(sql)
                    .bind("vector", literal(vector))
                    .bind("profile", collection.profile().name())
                    .bind("count", count)
                    .map(
                        (row, context) ->
                            new Found(
                                row.getString("key"),
                                row.getDouble("similarity"),
                                row.getString("content")))
                    .list());
  }

  private String sql(Collection collection, boolean withText) {
    Source source = collection.source();
    SqlName match =
        source
            .matchFunction()
            .orElseThrow(
                () ->
                    new VectorkeeperException(
                        "VK-Q07",
                        "The source %s was declared by an older version and has no match function yet. Run \"vectorkeeper apply\"."
                            .formatted(source.name())));
    return SqlText.of(NEAREST)
        .with("key", source.keys().targetText("m"))
        .with("named", source.keys().named("m"))
        .with("match", match)
        .with("vector", database.server().vectorType())
        .with(
            "source",
            withText
                ? source.keys().looked(source.content(), "f")
                : "(select null::text as content)")
        .sql();
  }

  /** A vector in the text form that pgvector reads. */
  static String literal(float[] vector) {
    StringBuilder text = new StringBuilder(vector.length * 12).append('[');
    for (int i = 0; i < vector.length; i++) {
      text.append(i == 0 ? "" : ",").append(vector[i]);
    }
    return text.append(']').toString();
  }
}
