package dev.vectorkeeper.provider;

import java.util.List;

/**
 * Something that turns texts into vectors of one space: a model in this process or a remote
 * service. One call is one request; packing texts into requests and isolating a text that is
 * refused is the caller's work ({@link Embedder}). Implementations are safe for use by several
 * threads.
 */
public interface EmbeddingProvider extends AutoCloseable {

  /**
   * Embeds the texts in one request.
   *
   * @param texts from one text to {@link RequestLimits#maxInputs()} texts, none of them blank
   * @param side whether the texts are stored documents or a query, which decides task and prefix
   * @return one vector a text, in the order of the texts
   * @throws EmbeddingFailure when the request as a whole failed
   */
  EmbeddingBatch embed(List<String> texts, TextSide side) throws EmbeddingFailure;

  /** The number of components of every vector. */
  int dimensions();

  /** How much one request may carry. */
  RequestLimits limits();

  /** How many requests are worth having in flight at the same time from this process. */
  int concurrency();

  /**
   * The number of tokens of a text, exact where the model's tokenizer is at hand, else a careful
   * estimate.
   */
  int countTokens(String text);

  /** Whether {@link #countTokens} counts as the service does. */
  default boolean countsExactly() {
    return true;
  }

  /**
   * No fewer tokens than the service will count for a text. The same as {@link #countTokens} unless
   * that is an estimate.
   */
  default long tokensAtMost(String text) {
    return Math.min(countTokens(text), limits().maxTokensPerInput());
  }

  /** What the service last said is left of its quota; unknown where it says nothing of it. */
  default ProviderQuota quota() {
    return ProviderQuota.UNKNOWN;
  }

  @Override
  void close();
}
