package dev.vectorkeeper.bench;

import dev.vectorkeeper.profile.ProfileDefinition;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.profile.Space;
import dev.vectorkeeper.provider.EmbeddingBatch;
import dev.vectorkeeper.provider.EmbeddingProvider;
import dev.vectorkeeper.provider.RequestLimits;
import dev.vectorkeeper.provider.TextSide;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A provider that answers at once, for measurements of all that is not embedding. */
final class InstantProvider implements EmbeddingProvider {
  /** The number of components that the bundled models have. */
  static final int DIMENSIONS = 384;

  private final float[] vector = vector(new Random(1));

  /** The kind of provider that this is. */
  static Providers.Kind kind() {
    return new Providers.Kind() {
      @Override
      public Space space(ProfileDefinition profile) {
        return new Space("local", profile.model().orElseThrow(), DIMENSIONS, "", Map.of());
      }

      @Override
      public EmbeddingProvider open(ProfileDefinition profile) {
        return new InstantProvider();
      }
    };
  }

  /** A vector of length one in a random direction. */
  static float[] vector(Random random) {
    float[] vector = new float[DIMENSIONS];
    double squares = 0;
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] = (float) random.nextGaussian();
      squares += (double) vector[i] * vector[i];
    }
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] = (float) (vector[i] / Math.sqrt(squares));
    }
    return vector;
  }

  @Override
  public EmbeddingBatch embed(List<String> texts, TextSide side) {
    return new EmbeddingBatch(
        Collections.nCopies(texts.size(), vector), texts.size(), new BitSet());
  }

  @Override
  public int dimensions() {
    return DIMENSIONS;
  }

  @Override
  public RequestLimits limits() {
    return new RequestLimits(1_000, 10_000_000, 8_192);
  }

  @Override
  public int concurrency() {
    return 2;
  }

  @Override
  public int countTokens(String text) {
    return 1 + text.length() / 4;
  }

  @Override
  public void close() {}
}
