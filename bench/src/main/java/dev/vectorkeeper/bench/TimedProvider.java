package dev.vectorkeeper.bench;

import dev.vectorkeeper.profile.ProfileDefinition;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.profile.Space;
import dev.vectorkeeper.provider.EmbeddingBatch;
import dev.vectorkeeper.provider.EmbeddingProvider;
import dev.vectorkeeper.provider.RequestLimits;
import dev.vectorkeeper.provider.TextSide;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A provider that notes how long each of its requests takes. */
final class TimedProvider implements EmbeddingProvider {
  private final EmbeddingProvider timed;
  private final Queue<Double> millis;

  private TimedProvider(EmbeddingProvider timed, Queue<Double> millis) {
    this.timed = timed;
    this.millis = millis;
  }

  /** A kind of provider whose requests are timed, with their milliseconds. */
  record Kind(Providers.Kind timed, Queue<Double> millis) implements Providers.Kind {
    Kind(Providers.Kind timed) {
      this(timed, new ConcurrentLinkedQueue<>());
    }

    @Override
    public Space space(ProfileDefinition profile) {
      return timed.space(profile);
    }

    @Override
    public EmbeddingProvider open(ProfileDefinition profile) {
      return new TimedProvider(timed.open(profile), millis);
    }
  }

  @Override
  public EmbeddingBatch embed(List<String> texts, TextSide side) {
    long start = System.nanoTime();
    EmbeddingBatch batch = timed.embed(texts, side);
    millis.add((System.nanoTime() - start) / 1e6);
    return batch;
  }

  @Override
  public int dimensions() {
    return timed.dimensions();
  }

  @Override
  public RequestLimits limits() {
    return timed.limits();
  }

  @Override
  public int concurrency() {
    return timed.concurrency();
  }

  @Override
  public int countTokens(String text) {
    return timed.countTokens(text);
  }

  @Override
  public void close() {
    timed.close();
  }
}
