package dev.vectorkeeper.search;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.DataFault;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.Refusal;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.provider.Embedder;
import dev.vectorkeeper.provider.TextSide;
import dev.vectorkeeper.queue.Totals;
import dev.vectorkeeper.queue.Usage;
import dev.vectorkeeper.source.Source;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

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
        from {match}(cast(:vector as {vector}), cast(:threshold as double precision), :count, :profile, cast(:filter as jsonb)) m
      ) f
      left join {source} s on true
      order by f.similarity desc, f.key
      """;

  private static final long MOMENT = 100_000_000L;

  private final Database database;
  private final Catalog catalog;
  private final Providers providers;
  private final QueryCache cache = new QueryCache();
  private volatile @Nullable Picture picture;

  /** One looks for all, so that many searches do not all ask the catalog at once. */
  private final ReentrantLock looking = new ReentrantLock();

  private record Picture(List<Collection> live, long taken) {}

  public Search(Database database, Providers providers) {
    this.database = database;
    this.catalog = new Catalog(database.jdbi());
    this.providers = providers;
  }

  /**
   * The nearest rows.
   *
   * @throws VectorkeeperException VK-S01 for an unknown source, VK-Q01 when none of its collections
   *     is active, VK-Q02 for a blank query, VK-Q03 for a vector of other dimensions, VK-Q05 when
   *     the named collection is not one of the source's, VK-Q06 and VK-Q08 for a filter that cannot
   *     be asked, and the failure's own code when the query could not be embedded
   */
  public List<Found> nearest(SearchRequest request) {
    if (request.vector().isEmpty() && request.text().filter(text -> !text.isBlank()).isEmpty()) {
      throw new VectorkeeperException(
          "VK-Q02", "The query is blank; describe what you are looking for.");
    }
    Collection collection = collection(request.source(), request.profile());
    float[] vector =
        request.vector().orElseGet(() -> embed(collection, request.text().orElseThrow()));
    return nearest(collection, vector, request);
  }

  /** The nearest rows of the active collection to a text. */
  public List<Found> nearest(String source, String query, int count) {
    return nearest(SearchRequest.of(source, query, count));
  }

  /**
   * Embeds texts as a collection's profile does.
   *
   * @param profile the collection, by its profile; the active one where nothing is given
   * @throws VectorkeeperException as {@link #nearest(SearchRequest)} does
   */
  public EmbeddedTexts embed(
      String source, Optional<String> profile, List<String> texts, TextSide side) {
    if (texts.isEmpty() || texts.stream().anyMatch(String::isBlank)) {
      throw new VectorkeeperException("VK-Q02", "A text is blank; there is nothing to embed.");
    }
    Collection collection = collection(source, profile);
    Embedder.Embedded embedded = ask(collection, texts, side);
    return new EmbeddedTexts(
        collection, embedded.vectors(texts.size() == 1 ? "The text" : "A text"), embedded.tokens());
  }

  /**
   * The collection that is asked: the active one, or that of a profile.
   *
   * @throws VectorkeeperException as {@link #nearest(SearchRequest)} does
   */
  public Collection collection(String sourceName, Optional<String> profile) {
    List<Collection> live =
        live().stream().filter(c -> c.source().name().equals(sourceName)).toList();
    if (live.isEmpty()) {
      catalog.source(sourceName);
    }
    return live.stream()
        .filter(c -> profile.map(c.profile().name()::equals).orElse(c.active()))
        .findFirst()
        .orElseThrow(() -> unknown(sourceName, profile, live));
  }

  /**
   * The collections as they were a moment ago: a search of the collection that was active then is
   * right, and one of a collection that went since is refused by the match function.
   */
  private List<Collection> live() {
    Picture known = picture;
    if (known == null) {
      looking.lock();
    } else if (System.nanoTime() - known.taken() <= MOMENT || !looking.tryLock()) {
      return known.live();
    }
    try {
      long now = System.nanoTime();
      List<Collection> live = catalog.liveCollections();
      picture = new Picture(live, now);
      return live;
    } finally {
      looking.unlock();
    }
  }

  /** Forgets which collection was active a moment ago, for who has just switched. */
  public void refresh() {
    picture = null;
  }

  private static VectorkeeperException unknown(
      String source, Optional<String> profile, List<Collection> live) {
    return profile
        .map(
            name ->
                new VectorkeeperException(
                    "VK-Q05",
                    "The source %s has no collection under the profile %s; it has %s."
                        .formatted(
                            source,
                            name,
                            live.stream()
                                .map(c -> c.profile().name())
                                .collect(Collectors.joining(", ")))))
        .orElseGet(
            () ->
                new VectorkeeperException(
                    "VK-Q01",
                    "No collection of the source %s is active, so there is nothing to search."
                        .formatted(source)));
  }

  private float[] embed(Collection collection, String query) {
    return cache.get(collection.profile(), query, () -> ask(collection, query));
  }

  private float[] ask(Collection collection, String query) {
    return ask(collection, List.of(query), TextSide.QUERY).vectors("The query").get(0);
  }

  private Embedder.Embedded ask(Collection collection, List<String> texts, TextSide side) {
    Embedder embedder = providers.embedder(collection.profile().name());
    Embedder.Embedded embedded = embedder.embed(texts, side);
    Usage usage = Usage.of(embedded);
    database.jdbi().useHandle(handle -> Totals.addUsage(handle, collection.profile().id(), usage));
    return embedded;
  }

  /** A row on which the filter fails by now is found like any other, but no text can be shown. */
  private List<Found> nearest(Collection collection, float[] vector, SearchRequest request) {
    try {
      return nearest(collection, true, vector, request);
    } catch (JdbiException e) {
      if (DataFault.of(e).isEmpty()) {
        throw Refusal.of(e);
      }
    }
    try {
      return nearest(collection, false, vector, request);
    } catch (JdbiException e) {
      throw DataFault.of(e)
          .filter(fault -> request.filter().isPresent())
          .<RuntimeException>map(
              fault ->
                  new VectorkeeperException(
                      "VK-Q08",
                      "The filter cannot be asked of %s: %s."
                          .formatted(
                              request.source(),
                              String.valueOf(fault.getMessage()).lines().findFirst().orElse("")),
                      e))
          .orElse(e);
    }
  }

  private List<Found> nearest(
      Collection collection, boolean withText, float[] vector, SearchRequest request) {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(sql(collection, withText))
                    .bind("vector", literal(vector))
                    .bind("threshold", request.threshold().orElse(null))
                    .bind("profile", collection.profile().name())
                    .bind("count", request.count())
                    .bind("filter", request.filter().orElse(null))
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
