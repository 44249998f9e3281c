package dev.vectorkeeper.provider;

import org.jspecify.annotations.Nullable;

/**
 * What became of one text: a vector, or the failure that stands for it.
 *
 * @param vector the vector, null when the text failed
 * @param truncated whether the text was cut at the model's limit first
 * @param failure why there is no vector, null when there is one
 */
public record TextOutcome(
    float @Nullable [] vector, boolean truncated, @Nullable EmbeddingFailure failure) {

  static TextOutcome of(EmbeddingFailure failure) {
    return new TextOutcome(null, false, failure);
  }
}
