package dev.vectorkeeper.bench;

import dev.vectorkeeper.profile.ProfileDefinition;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.profile.Space;
import dev.vectorkeeper.provider.EmbeddingBatch;
import dev.vectorkeeper.provider.EmbeddingProvider;
import dev.vectorkeeper.provider.RequestLimits;
import dev.vectorkeeper.provider.TextSide;
import java.time.Duration;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * A provider without a model, for measurements of all that is not embedding: it answers at once, or
 * after the time that a service takes over a request of a hundred texts.
 */
final class InstantProvider implements EmbeddingProvider {
  /** The number of components that the bundled models have. */
  static final int DIMENSIONS = 384;

  /** What a service takes over a hundred texts that allows five million tokens a minute. */
  private static final Duration SERVICE = Duration.ofMillis(500);

  private final float[] vector = vector(new Random(1), DIMENSIONS);
  private final Duration wait;

  private InstantProvider(Duration wait) {
    this.wait = wait;
  }

  /** The kind that answers at once. */
  static Providers.Kind kind() {
    return kind(Duration.ZERO);
  }

  /** The kind that takes as long as a service would, one request at a time. */
  static Providers.Kind service() {
    return kind(SERVICE);
  }

  private static Providers.Kind kind(Duration wait) {
    return new Providers.Kind() {
      @Override
      public Space space(ProfileDefinition profile) {
        return new Space("local", profile.model().orElseThrow(), DIMENSIONS, "", Map.of());
      }

      @Override
      public EmbeddingProvider open(ProfileDefinition profile) {
        return new InstantProvider(wait);
      }
    };
  }

  /** A vector of length one in a random direction. */
  static float[] vector(Random random, int dimensions) {
    float[] vector = new float[dimensions];
    double squares = 0;
    for (int i = 0; i < dimensions; i++) {
      vector[i] = (float) random.nextGaussian();
      squares += (double) vector[i] * vector[i];
    }
    for (int i = 0; i < dimensions; i++) {
      vector[i] = (float) (vector[i] / Math.sqrt(squares));
    }
    return vector;
  }

  @Override
  public EmbeddingBatch embed(List<String> texts, TextSide side) {
    if (!wait.isZero()) {
      LockSupport.parkNanos(wait.toNanos());
    }
    return new EmbeddingBatch(
        Collections.nCopies(texts.size(), vector), texts.size(), new BitSet());
  }

  @Override
  public int dimensions() {
    return DIMENSIONS;
  }

  @Override
  public RequestLimits limits() {
    return new RequestLimits(wait.isZero() ? 1_000 : 100, 10_000_000, 8_192);
  }

  @Override
  public int concurrency() {
    return wait.isZero() ? 2 : 1;
  }

  @Override
  public int countTokens(String text) {
    return 1 + text.length() / 4;
  }

  @Override
  public void close() {}
}
