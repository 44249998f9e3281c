package dev.vectorkeeper.provider;

import java.util.BitSet;
import java.util.List;

/**
 * The answer to one request.
 *
 * @param vectors one vector a text, in the order of the texts
 * @param tokens tokens that were paid for or computed, all texts together
 * @param truncated the positions of the texts that were cut at the model's limit before they were
 *     embedded
 */
public record EmbeddingBatch(List<float[]> vectors, long tokens, BitSet truncated) {
  public EmbeddingBatch {
    vectors = List.copyOf(vectors);
  }
}
