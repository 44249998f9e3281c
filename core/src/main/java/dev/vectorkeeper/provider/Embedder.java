package dev.vectorkeeper.provider;

import dev.vectorkeeper.provider.FailureKind.Disposition;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Embeds any number of texts through a provider: packs them into requests below its limits, and
 * halves a request that failed until a text that is refused stands alone, so that no text fails
 * because of another.
 */
public final class Embedder {
  private static final int SINGLE_TRIES = 2;
  private static final Duration SINGLE_PAUSE = Duration.ofMillis(50);

  private final EmbeddingProvider provider;
  private final Optional<BigDecimal> usdPerMillionTokens;
  private volatile Instant lastSuccess = Instant.EPOCH;

  /** An embedder whose calls cost nothing that is known. */
  public Embedder(EmbeddingProvider provider) {
    this(provider, Optional.empty());
  }

  /**
   * An embedder.
   *
   * @param usdPerMillionTokens the price of the provider's tokens, where it is known
   */
  public Embedder(EmbeddingProvider provider, Optional<BigDecimal> usdPerMillionTokens) {
    this.provider = provider;
    this.usdPerMillionTokens = usdPerMillionTokens;
  }

  /** Whether the price of the provider's tokens is known. */
  public boolean isPriced() {
    return usdPerMillionTokens.isPresent();
  }

  /** The price of tokens in US dollars; zero where none is known. */
  public BigDecimal usd(long tokens) {
    return usdPerMillionTokens
        .map(price -> price.multiply(BigDecimal.valueOf(tokens)).movePointLeft(6))
        .orElse(BigDecimal.ZERO);
  }

  /**
   * The outcomes of many texts.
   *
   * @param outcomes one a text, in the order of the texts
   * @param tokens tokens of all requests that were answered
   * @param requests requests that were sent
   * @param retries requests among them that sent texts again
   * @param inputs texts in all requests
   */
  public record Embedded(
      List<TextOutcome> outcomes, long tokens, int requests, int retries, long inputs) {}

  /** Embeds texts, one outcome each; throws nothing that a provider did. */
  public Embedded embed(List<String> texts, TextSide side) {
    Run run = new Run(texts, side);
    int from = 0;
    int packs = 0;
    while (from < texts.size() && run.stopped == null) {
      int to = packed(texts, from);
      run.request(from, to);
      packs++;
      from = to;
    }
    if (run.stopped != null) {
      run.fail(from, texts.size(), run.stopped);
    }
    return new Embedded(
        Arrays.asList(run.outcomes), run.tokens, run.requests, run.requests - packs, run.inputs);
  }

  /** Where the request that begins at a text has to end. */
  private int packed(List<String> texts, int from) {
    RequestLimits limits = provider.limits();
    long tokens = 0;
    int to = from;
    while (to < texts.size() && to - from < limits.maxInputs()) {
      tokens += Math.min(provider.countTokens(texts.get(to)), limits.maxTokensPerInput());
      if (tokens > limits.maxTokens() && to > from) {
        break;
      }
      to++;
    }
    return to;
  }

  /**
   * Whether a request was answered within a period; if none was, a failure says nothing about its
   * texts.
   */
  public boolean answeredWithin(Duration period) {
    return lastSuccess.isAfter(Instant.now().minus(period));
  }

  /** The provider behind. */
  public EmbeddingProvider provider() {
    return provider;
  }

  private final class Run {
    private final List<String> texts;
    private final TextSide side;
    private final TextOutcome[] outcomes;
    private long tokens;
    private int requests;
    private long inputs;

    /** A failure after which further requests would only fail again. */
    private @Nullable EmbeddingFailure stopped;

    Run(List<String> texts, TextSide side) {
      this.texts = texts;
      this.side = side;
      this.outcomes = new TextOutcome[texts.size()];
    }

    /** Sends one request and halves it as long as that helps; whether any text was answered. */
    boolean request(int from, int to) {
      return settle(from, to, send(from, to));
    }

    private boolean settle(int from, int to, @Nullable EmbeddingFailure failure) {
      if (failure == null) {
        return true;
      }
      if (stops(failure)) {
        fail(from, to, failure);
        return false;
      }
      if (to - from == 1) {
        return insist(from, failure);
      }
      int middle = (from + to) >>> 1;
      if (failure.kind().disposition() == Disposition.SPLIT) {
        boolean first = request(from, middle);
        return request(middle, to) | first;
      }
      EmbeddingFailure first = send(from, middle);
      EmbeddingFailure second = send(middle, to);
      if (isOfService(first) && isOfService(second)) {
        fail(from, middle, Objects.requireNonNull(first));
        fail(middle, to, Objects.requireNonNull(second));
        return false;
      }
      boolean answered = settle(from, middle, first);
      return settle(middle, to, second) | answered;
    }

    /** If neither half of a request goes through either, it is not one text's fault. */
    private static boolean isOfService(@Nullable EmbeddingFailure failure) {
      return failure != null && failure.kind().disposition() == Disposition.RETRY;
    }

    /** Whether nothing more is to be sent, because of this failure or an earlier one. */
    private boolean stops(EmbeddingFailure failure) {
      Disposition disposition = failure.kind().disposition();
      if (disposition == Disposition.WAIT || disposition == Disposition.PAUSE) {
        stopped = failure;
      }
      return stopped != null;
    }

    /** A text alone is asked for again before its row spends an attempt. */
    private boolean insist(int at, EmbeddingFailure first) {
      EmbeddingFailure failure = first;
      for (int i = 0; i < SINGLE_TRIES && failure.kind().disposition() == Disposition.RETRY; i++) {
        if (!pause(i)) {
          break;
        }
        EmbeddingFailure next = send(at, at + 1);
        if (next == null) {
          return true;
        }
        failure = next;
      }
      stops(failure);
      fail(at, at + 1, failure);
      return false;
    }

    private boolean pause(int doublings) {
      double jitter = ThreadLocalRandom.current().nextDouble(0.5, 1.5);
      try {
        TimeUnit.NANOSECONDS.sleep((long) (SINGLE_PAUSE.toNanos() * (1L << doublings) * jitter));
        return true;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }

    private @Nullable EmbeddingFailure send(int from, int to) {
      requests++;
      inputs += to - from;
      try {
        EmbeddingBatch batch = provider.embed(texts.subList(from, to), side);
        if (batch.vectors().size() != to - from) {
          return new EmbeddingFailure(
              FailureKind.BAD_RESPONSE,
              "The provider answered %d vectors for %d texts."
                  .formatted(batch.vectors().size(), to - from));
        }
        tokens += batch.tokens();
        lastSuccess = Instant.now();
        for (int i = from; i < to; i++) {
          outcomes[i] = checked(batch.vectors().get(i - from), batch.truncated().get(i - from));
        }
        return null;
      } catch (EmbeddingFailure e) {
        return e;
      }
    }

    private TextOutcome checked(float[] vector, boolean truncated) {
      if (vector.length != provider.dimensions()) {
        return TextOutcome.of(
            new EmbeddingFailure(
                FailureKind.WRONG_DIMENSIONS,
                "The provider answered a vector of %d dimensions instead of %d."
                    .formatted(vector.length, provider.dimensions())));
      }
      double norm = 0;
      for (float component : vector) {
        norm += (double) component * component;
      }
      if (!(norm > 0) || Double.isInfinite(norm)) {
        return TextOutcome.of(
            new EmbeddingFailure(
                FailureKind.BAD_RESPONSE,
                "The provider answered a vector that is zero or not finite."));
      }
      return new TextOutcome(vector, truncated, null);
    }

    void fail(int from, int to, EmbeddingFailure failure) {
      for (int i = from; i < to; i++) {
        if (outcomes[i] == null) {
          outcomes[i] = TextOutcome.of(failure);
        }
      }
    }
  }
}
