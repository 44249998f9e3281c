package dev.vectorkeeper.testing;

import dev.vectorkeeper.provider.EmbeddingBatch;
import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.EmbeddingProvider;
import dev.vectorkeeper.provider.RequestLimits;
import dev.vectorkeeper.provider.TextSide;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.zip.CRC32;

/**
 * A provider whose vectors are a fixed function of the text, which counts what it is asked and
 * which a test can hold up or make fail.
 */
public final class ScriptedProvider implements EmbeddingProvider {
  private final String space;
  private final int dimensions;
  private final int maxInputs;
  private volatile Consumer<List<String>> before = texts -> {};
  private final AtomicInteger requests = new AtomicInteger();
  private final Map<String, Integer> asked = new ConcurrentHashMap<>();
  private volatile int concurrency = 2;
  private float[][] directions = {};

  public ScriptedProvider(int dimensions, int maxInputs) {
    this(dimensions, maxInputs, "");
  }

  /** One of another space: its vectors differ from those of every other name. */
  public ScriptedProvider(int dimensions, int maxInputs, String space) {
    this.space = space;
    this.dimensions = dimensions;
    this.maxInputs = maxInputs;
  }

  /**
   * One whose vectors lie in a space of a few directions only, as those of a model nearly do: an
   * HNSW index finds the nearest of them, which in many dimensions it does not of random ones.
   */
  public ScriptedProvider within(int count) {
    Random random = new Random(space.hashCode());
    directions = new float[count][];
    for (int i = 0; i < count; i++) {
      directions[i] = gaussian(random, dimensions);
    }
    return this;
  }

  /** Calls this with the texts of each request before it is answered; it may wait or throw. */
  public ScriptedProvider before(Consumer<List<String>> action) {
    before = action;
    return this;
  }

  public ScriptedProvider concurrency(int threads) {
    concurrency = threads;
    return this;
  }

  /** Fails any request that holds a text for which the test says so. */
  public ScriptedProvider refuse(
      java.util.function.Predicate<String> which, EmbeddingFailure failure) {
    return before(
        texts -> {
          if (texts.stream().anyMatch(which)) {
            throw failure;
          }
        });
  }

  public int requests() {
    return requests.get();
  }

  /** How often a text was answered. */
  public int timesAnswered(String text) {
    return asked.getOrDefault(text, 0);
  }

  /** The vector of a text. */
  public float[] vector(String text) {
    CRC32 crc = new CRC32();
    crc.update((space + text).getBytes(StandardCharsets.UTF_8));
    Random random = new Random(crc.getValue());
    float[] vector = directions.length == 0 ? gaussian(random, dimensions) : combined(random);
    double norm = 0;
    for (float component : vector) {
      norm += component * component;
    }
    for (int i = 0; i < dimensions; i++) {
      vector[i] /= (float) Math.sqrt(norm);
    }
    return vector;
  }

  private static float[] gaussian(Random random, int length) {
    float[] numbers = new float[length];
    for (int i = 0; i < length; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }

  private float[] combined(Random random) {
    float[] vector = new float[dimensions];
    for (float[] direction : directions) {
      double weight = random.nextGaussian();
      for (int i = 0; i < dimensions; i++) {
        vector[i] += (float) (weight * direction[i]);
      }
    }
    return vector;
  }

  @Override
  public EmbeddingBatch embed(List<String> texts, TextSide side) {
    requests.incrementAndGet();
    before.accept(texts);
    List<float[]> vectors = new ArrayList<>();
    for (String text : texts) {
      asked.merge(text, 1, Integer::sum);
      vectors.add(vector(text));
    }
    return new EmbeddingBatch(vectors, texts.size(), new BitSet());
  }

  @Override
  public int dimensions() {
    return dimensions;
  }

  @Override
  public RequestLimits limits() {
    return new RequestLimits(maxInputs, 1_000_000, 8_192);
  }

  @Override
  public int concurrency() {
    return concurrency;
  }

  @Override
  public int countTokens(String text) {
    return 1 + text.length() / 4;
  }

  @Override
  public void close() {}
}
