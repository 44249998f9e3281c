package dev.vectorkeeper.quota;

import dev.vectorkeeper.provider.DelegatingProvider;
import dev.vectorkeeper.provider.EmbeddingBatch;
import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.EmbeddingProvider;
import dev.vectorkeeper.provider.FailureKind;
import dev.vectorkeeper.provider.TextSide;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A provider whose requests wait for their turn in the fleet. A query goes at once, because
 * somebody waits for it, and is counted all the same.
 */
public final class LimitedProvider extends DelegatingProvider {
  private final Optional<FleetLimit> requests;
  private final Optional<FleetLimit> tokens;

  public LimitedProvider(
      EmbeddingProvider provider, Optional<FleetLimit> requests, Optional<FleetLimit> tokens) {
    super(provider);
    this.requests = requests;
    this.tokens = tokens;
  }

  @Override
  public EmbeddingBatch embed(List<String> texts, TextSide side) {
    Duration wait = requests.map(limit -> limit.book(1)).orElse(Duration.ZERO);
    if (tokens.isPresent()) {
      long count = texts.stream().mapToLong(provider::countTokens).sum();
      Duration forTokens = tokens.get().book(count);
      wait = forTokens.compareTo(wait) > 0 ? forTokens : wait;
    }
    if (side == TextSide.DOCUMENT) {
      await(wait);
    }
    return provider.embed(texts, side);
  }

  private static void await(Duration wait) {
    try {
      TimeUnit.NANOSECONDS.sleep(wait.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbeddingFailure(
          FailureKind.UNAVAILABLE, "The request was not sent: this worker is stopping.");
    }
  }
}
