package dev.vectorkeeper.provider.remote;

import java.util.OptionalInt;

/**
 * The components of a vector, and whether they are to be named in a request.
 *
 * @param count components of every vector
 * @param named whether requests ask for them, as for a model whose own number is another
 */
public record WantedDimensions(int count, boolean named) {
  public WantedDimensions {
    if (count < 1) {
      throw new IllegalArgumentException("dimensions must be positive");
    }
  }

  /** The dimensions that a request names. */
  OptionalInt inRequest() {
    return named ? OptionalInt.of(count) : OptionalInt.empty();
  }
}
