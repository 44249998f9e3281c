package dev.vectorkeeper.provider;

import java.math.BigDecimal;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * The answer to one request.
 *
 * @param vectors one vector a text, in the order of the texts
 * @param tokens tokens that were paid for or computed, all texts together
 * @param truncated the positions of the texts that were cut at the model's limit before they were
 *     embedded
 * @param usd what the provider charged in US dollars, where it says so
 */
public record EmbeddingBatch(
    List<float[]> vectors, long tokens, BitSet truncated, Optional<BigDecimal> usd) {
  public EmbeddingBatch {
    vectors = List.copyOf(vectors);
  }

  /** An answer of a provider that does not say what it charged. */
  public EmbeddingBatch(List<float[]> vectors, long tokens, BitSet truncated) {
    this(vectors, tokens, truncated, Optional.empty());
  }
}
