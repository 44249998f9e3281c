package dev.vectorkeeper.provider.remote.answer;

import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.FailureKind;

/** The failures of a body that cannot be used; none of them quotes the body. */
final class BadAnswer {
  private BadAnswer() {}

  /** A body that breaks the form or the promise of an answer. */
  static EmbeddingFailure of(String reason) {
    return new EmbeddingFailure(FailureKind.BAD_RESPONSE, "the answer " + reason);
  }

  /** A whole answer in another space than the profile's. */
  static EmbeddingFailure otherDimensions(int answered, int expected) {
    return new EmbeddingFailure(
        FailureKind.WRONG_DIMENSIONS,
        "the model answers with %d dimensions, the profile has %d".formatted(answered, expected));
  }
}
