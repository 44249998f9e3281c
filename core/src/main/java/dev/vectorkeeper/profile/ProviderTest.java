package dev.vectorkeeper.profile;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.provider.Embedder;
import dev.vectorkeeper.provider.Embedder.Embedded;
import dev.vectorkeeper.provider.TextSide;
import dev.vectorkeeper.provider.Vectors;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/** One small request for a document and one for a query, to see that a profile works. */
public final class ProviderTest {
  private static final String TEXT = "A lighthouse stands where the river meets the sea.";
  private static final double SAME = 0.99999;

  /**
   * What came back.
   *
   * @param model the model
   * @param dimensions components of the vector
   * @param norm its length
   * @param documentMillis time of the document's request
   * @param queryMillis time of the query's request
   * @param tokens tokens of both requests
   * @param usdPerMillionTokens the price, where it is known
   * @param sidesDiffer whether the same text has another vector as a query
   */
  public record Result(
      String model,
      int dimensions,
      double norm,
      double documentMillis,
      double queryMillis,
      long tokens,
      Optional<BigDecimal> usdPerMillionTokens,
      boolean sidesDiffer) {}

  private record Answer(float[] vector, long tokens, double millis) {}

  private ProviderTest() {}

  /**
   * Tries a profile.
   *
   * @throws VectorkeeperException with the failure's code and the provider's reason
   */
  public static Result run(Providers providers, String profile) {
    Space space = providers.space(profile);
    Embedder embedder = providers.embedder(profile);
    Answer document = ask(embedder, TextSide.DOCUMENT);
    Answer query = ask(embedder, TextSide.QUERY);
    BigDecimal price = embedder.usd(1_000_000);
    return new Result(
        space.model(),
        document.vector().length,
        Vectors.length(document.vector()),
        document.millis(),
        query.millis(),
        document.tokens() + query.tokens(),
        embedder.isPriced() ? Optional.of(price.stripTrailingZeros()) : Optional.empty(),
        Vectors.cosine(document.vector(), query.vector()) < SAME);
  }

  private static Answer ask(Embedder embedder, TextSide side) {
    long started = System.nanoTime();
    Embedded embedded = embedder.embed(List.of(TEXT), side);
    return new Answer(
        embedded.vectors("A test text").get(0),
        embedded.tokens(),
        (System.nanoTime() - started) / 1e6);
  }
}
