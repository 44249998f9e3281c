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

  public ScriptedProvider(int dimensions, int maxInputs) {
    this(dimensions, maxInputs, "");
  }

  /** One of another space: its vectors differ from those of every other name. */
  public ScriptedProvider(int dimensions, int maxInputs, String space) {
    this.space = space;
    this.dimensions = dimensions;
    this.maxInputs = maxInputs;
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
    float[] vector = new float[dimensions];
    double norm = 0;
    for (int i = 0; i < dimensions; i++) {
      vector[i] = (float) random.nextGaussian();
      norm += vector[i] * vector[i];
    }
    for (int i = 0; i < dimensions; i++) {
      vector[i] /= (float) Math.sqrt(norm);
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
