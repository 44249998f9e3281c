package dev.vectorkeeper.backfill;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.chunk.Chunker;
import dev.vectorkeeper.provider.Embedder;
import dev.vectorkeeper.provider.EmbeddingProvider;
import dev.vectorkeeper.source.IndexDefinition;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Finds out what a backfill would do and cost. */
public final class Estimator {
  private static final int SAMPLE = 5_000;
  private static final int PAGE = 8_168;

  /** A row's header, its hash and time, and its entries in the two small indexes. */
  private static final int BYTES_BESIDE_VECTOR = 150;

  /** pgvector's links of an element in an HNSW graph, with the default of 16 a layer. */
  private static final int GRAPH_BYTES = 250;

  private final Jdbi jdbi;
  private final Collection collection;
  private final Embedder embedder;

  public Estimator(Jdbi jdbi, Collection collection, Embedder embedder) {
    this.jdbi = jdbi;
    this.collection = collection;
    this.embedder = embedder;
  }

  /**
   * The estimate of a backfill.
   *
   * @param requestsPerMinute the declared limit, where there is one
   * @param tokensPerMinute the declared limit, where there is one
   */
  public Estimate of(
      BackfillOptions options, OptionalLong requestsPerMinute, OptionalLong tokensPerMinute) {
    return jdbi.inTransaction(handle -> of(handle, options, requestsPerMinute, tokensPerMinute));
  }

  /** The same in the caller's transaction. */
  public Estimate of(
      Handle handle,
      BackfillOptions options,
      OptionalLong requestsPerMinute,
      OptionalLong tokensPerMinute) {
    Backfills backfills = new Backfills(collection);
    options.where().ifPresent(where -> backfills.requireCondition(handle, where));
    KeySelection selection =
        KeySelection.of(collection, options.where(), true)
            .between(options.last().flatMap(n -> backfills.before(handle, n)).orElse(null), null);
    KeySelection.Texts texts = selection.texts(handle, options.limit().orElse(Long.MAX_VALUE));
    List<String> sample = selection.sample(handle, options.limit().orElse(Long.MAX_VALUE), SAMPLE);
    long tokens = tokens(texts, sample);
    return new Estimate(
        collection.source().name(),
        collection.profile().name(),
        texts.rows(),
        texts.different(),
        tokens,
        sample.size(),
        embedder.provider().countsExactly(),
        embedder.isPriced() ? Optional.of(embedder.usd(tokens)) : Optional.empty(),
        texts.rows() * (vectorBytes() + BYTES_BESIDE_VECTOR),
        indexBytes(texts.rows()),
        time(texts, tokens, options, requestsPerMinute, tokensPerMinute));
  }

  private long tokens(KeySelection.Texts texts, List<String> sample) {
    ToLongFunction<String> count = counter();
    long counted = 0;
    long characters = 0;
    for (String text : sample) {
      counted += count.applyAsLong(text);
      characters += text.codePointCount(0, text.length());
    }
    return characters == 0 || sample.size() >= texts.different()
        ? counted
        : Math.round((double) counted * texts.characters() / characters);
  }

  private ToLongFunction<String> counter() {
    EmbeddingProvider provider = embedder.provider();
    int most = provider.limits().maxTokensPerInput();
    ToLongFunction<String> one = text -> Math.min(provider.countTokens(text), most);
    return collection
        .source()
        .chunking()
        .map(c -> new Chunker(c.maxTokens(), c.overlap(), provider::countTokens))
        .map(
            chunker ->
                (ToLongFunction<String>)
                    text ->
                        chunker.chunk(text).stream()
                            .mapToLong(
                                piece ->
                                    one.applyAsLong(text.substring(piece.start(), piece.end())))
                            .sum())
        .orElse(one);
  }

  private long vectorBytes() {
    return 8 + 4L * collection.profile().space().dimensions();
  }

  private long indexBytes(long rows) {
    if (collection.index().type() == IndexDefinition.Type.NONE || rows == 0) {
      return 0;
    }
    long perPage = Math.max(1, PAGE / (vectorBytes() + 60));
    long graph = collection.index().type() == IndexDefinition.Type.HNSW ? rows * GRAPH_BYTES : 0;
    return (rows / perPage + 1) * 8_192 + graph;
  }

  private Optional<Duration> time(
      KeySelection.Texts texts,
      long tokens,
      BackfillOptions options,
      OptionalLong requestsPerMinute,
      OptionalLong tokensPerMinute) {
    var limits = embedder.provider().limits();
    double requests =
        Math.max(
            Math.ceil((double) texts.different() / limits.maxInputs()),
            Math.ceil((double) tokens / limits.maxTokens()));
    double byRequests =
        requestsPerMinute.isPresent() ? requests / requestsPerMinute.getAsLong() : 0;
    double byTokens =
        tokensPerMinute.isPresent() ? (double) tokens / tokensPerMinute.getAsLong() : 0;
    double byRate = options.rowsPerSecond().map(rate -> texts.rows() / rate / 60).orElse(0.0);
    double minutes = Math.max(byRate, Math.max(byRequests, byTokens));
    return minutes == 0
        ? Optional.empty()
        : Optional.of(Duration.ofSeconds((long) Math.ceil(minutes * 60)));
  }
}
