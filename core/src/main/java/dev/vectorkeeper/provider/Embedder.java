package dev.vectorkeeper.provider;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.provider.FailureKind.Disposition;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Embeds any number of texts through a provider: packs them into requests below its limits, and
 * halves a request that failed until a text that is refused stands alone, so that no text fails
 * because of another.
 */
public final class Embedder {
  private static final int SINGLE_TRIES = 2;

  private final EmbeddingProvider provider;
  private final Optional<BigDecimal> usdPerMillionTokens;

  /** A text that the provider answered. */
  private volatile @Nullable String answered;

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
   * @param usd what those requests cost in US dollars: as charged where the provider says so, else
   *     by the price of its tokens
   * @param requests requests that were sent
   * @param retries requests among them that sent texts again
   * @param inputs texts in all requests
   * @param stopped the failure after which no further request was sent, if one was of that sort; it
   *     stands for every text that was not answered, and is no text's fault
   */
  public record Embedded(
      List<TextOutcome> outcomes,
      long tokens,
      BigDecimal usd,
      int requests,
      int retries,
      long inputs,
      Optional<EmbeddingFailure> stopped) {

    /**
     * The vectors of all texts, for who needs all or none.
     *
     * @param what the texts were, as the beginning of a sentence: {@code The query}
     * @throws VectorkeeperException with the failure's code, where a text has none
     */
    public List<float[]> vectors(String what) {
      return outcomes.stream()
          .map(
              outcome -> {
                EmbeddingFailure failure = outcome.failure();
                if (failure != null) {
                  throw new VectorkeeperException(
                      failure.kind().code(),
                      what + " could not be embedded: " + failure.getMessage(),
                      failure);
                }
                return Objects.requireNonNull(outcome.vector());
              })
          .toList();
    }
  }

  /** Embeds texts, one outcome each; throws nothing that a provider did. */
  public Embedded embed(List<String> texts, TextSide side) {
    return embed(texts, side, Budget.UNLIMITED);
  }

  /** The same as far as a budget pays for it. */
  public Embedded embed(List<String> texts, TextSide side, Budget budget) {
    Run run = new Run(texts, side, budget);
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
        Arrays.asList(run.outcomes),
        run.tokens,
        run.usd,
        run.requests,
        Math.max(0, run.requests - packs),
        run.inputs,
        Optional.ofNullable(run.stopped));
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

  /** The provider behind. */
  public EmbeddingProvider provider() {
    return provider;
  }

  private final class Run {
    private final List<String> texts;
    private final TextSide side;
    private final Budget budget;
    private final TextOutcome[] outcomes;
    private long tokens;
    private BigDecimal usd = BigDecimal.ZERO;
    private int requests;
    private long inputs;

    /** A failure after which further requests would only fail again. */
    private @Nullable EmbeddingFailure stopped;

    Run(List<String> texts, TextSide side, Budget budget) {
      this.budget = budget;
      this.texts = texts;
      this.side = side;
      this.outcomes = new TextOutcome[texts.size()];
    }

    /** Sends one request and halves it as long as that helps. */
    void request(int from, int to) {
      if (stopped != null) {
        fail(from, to, stopped);
        return;
      }
      settle(from, to, send(from, to));
    }

    private void settle(int from, int to, @Nullable EmbeddingFailure first) {
      EmbeddingFailure failure = first;
      if (stopped == null && to - from == 1 && isOfService(failure)) {
        failure = insist(from);
      }
      if (failure == null) {
        return;
      }
      Disposition disposition = failure.kind().disposition();
      if (disposition == Disposition.WAIT || disposition == Disposition.PAUSE) {
        stopped = failure;
      }
      if (stopped != null || to - from == 1) {
        fail(from, to, stopped == null ? failure : stopped);
        return;
      }
      int middle = (from + to) >>> 1;
      if (disposition == Disposition.SPLIT) {
        request(from, middle);
        request(middle, to);
      } else {
        retryHalves(from, middle, to);
      }
    }

    private void retryHalves(int from, int middle, int to) {
      EmbeddingFailure first = send(from, middle);
      EmbeddingFailure second = send(middle, to);
      if (isOfService(first) && isOfService(second)) {
        probe(Objects.requireNonNull(second));
      }
      settle(from, middle, first);
      settle(middle, to, second);
    }

    private static boolean isOfService(@Nullable EmbeddingFailure failure) {
      return failure != null && failure.kind().disposition() == Disposition.RETRY;
    }

    /** A text alone is asked for again before the failure counts as its own. */
    private @Nullable EmbeddingFailure insist(int at) {
      EmbeddingFailure failure = null;
      for (int i = 0; i < SINGLE_TRIES; i++) {
        failure = send(at, at + 1);
        if (!isOfService(failure)) {
          return failure;
        }
      }
      probe(Objects.requireNonNull(failure));
      return failure;
    }

    /**
     * After failures that may be the service's or the texts': asks for a text that was answered
     * before. If that fails too, nothing is said about these texts.
     */
    private void probe(EmbeddingFailure failure) {
      String known = answered;
      if (known == null) {
        stopped = failure;
        return;
      }
      try {
        call(List.of(known));
      } catch (EmbeddingFailure e) {
        stopped = e;
      }
    }

    /** One request, which the budget pays for beforehand. */
    private EmbeddingBatch call(List<String> asked) {
      if (budget == Budget.UNLIMITED) {
        return answered(asked);
      }
      BigDecimal reserved =
          Embedder.this.usd(asked.stream().mapToLong(provider::tokensAtMost).sum());
      Optional<Instant> later = budget.reserve(reserved);
      if (later.isPresent()) {
        throw new EmbeddingFailure(
            FailureKind.BUDGET_SPENT,
            "The budget does not pay for this request.",
            later.get(),
            null);
      }
      BigDecimal before = usd;
      BigDecimal used = reserved;
      try {
        EmbeddingBatch batch = answered(asked);
        used = usd.subtract(before);
        return batch;
      } catch (EmbeddingFailure e) {
        used = mayHaveCost(e.kind()) ? reserved : BigDecimal.ZERO;
        throw e;
      } finally {
        budget.settle(reserved, used);
      }
    }

    /** Whether the service may have done the work although there is no answer to be used. */
    private static boolean mayHaveCost(FailureKind kind) {
      return kind == FailureKind.TIMEOUT
          || kind == FailureKind.UNAVAILABLE
          || kind == FailureKind.BAD_RESPONSE
          || kind == FailureKind.WRONG_DIMENSIONS;
    }

    private EmbeddingBatch answered(List<String> asked) {
      requests++;
      inputs += asked.size();
      EmbeddingBatch batch = provider.embed(asked, side);
      tokens += batch.tokens();
      usd = usd.add(batch.usd().orElseGet(() -> Embedder.this.usd(batch.tokens())));
      return batch;
    }

    private @Nullable EmbeddingFailure send(int from, int to) {
      try {
        EmbeddingBatch batch = call(texts.subList(from, to));
        if (batch.vectors().size() != to - from) {
          return new EmbeddingFailure(
              FailureKind.BAD_RESPONSE,
              "The provider answered %d vectors for %d texts."
                  .formatted(batch.vectors().size(), to - from));
        }
        answered = texts.get(from);
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
      if (!((float) norm > 0) || Float.isInfinite((float) norm)) {
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
