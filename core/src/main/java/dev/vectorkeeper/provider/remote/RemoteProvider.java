package dev.vectorkeeper.provider.remote;

import dev.vectorkeeper.provider.EmbeddingBatch;
import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.EmbeddingProvider;
import dev.vectorkeeper.provider.FailureKind;
import dev.vectorkeeper.provider.ProviderQuota;
import dev.vectorkeeper.provider.RequestLimits;
import dev.vectorkeeper.provider.TextSide;
import dev.vectorkeeper.provider.pace.ExactTokens;
import dev.vectorkeeper.provider.pace.LearnedTokens;
import dev.vectorkeeper.provider.pace.TokenEstimator;
import dev.vectorkeeper.provider.remote.answer.Answer;
import dev.vectorkeeper.provider.remote.answer.AnswerCheck;
import dev.vectorkeeper.provider.remote.answer.AnswerReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A remote service as an embedding provider. One {@link #embed} is at most one request: prepare,
 * pace, post, read, check. It opens no connection before the first.
 */
public final class RemoteProvider implements EmbeddingProvider {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteProvider.class);

  /** Bytes that a component takes in the widest of usual layouts: a long number on its own line. */
  private static final long BYTES_PER_COMPONENT = 48;

  private static final long BYTES_PER_INPUT = 4_096;
  private static final long BYTES_AROUND = 256 * 1_024;

  /** Tokens that a tokenizer puts around a text, and room for a prefix that a service adds. */
  private static final int MARKS = 32;

  /** An answer in a larger space than expected is still read, to say which. */
  private static final int DIMENSIONS_READ = 4_096;

  private final RemoteSettings settings;
  private final Clock clock;
  private final HttpExchange exchange;
  private final ServerLimits limits;
  private final Pacing pacing;
  private final LearnedTokens sizes = new LearnedTokens();
  private final TokenEstimator tokens;
  private final Preparation preparation;
  private final Reason reason;

  private RemoteProvider(RemoteSettings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
    this.exchange = new HttpExchange(settings);
    this.limits = new ServerLimits(settings, exchange, clock);
    this.pacing = new Pacing(settings, clock);
    this.tokens =
        settings.vendor().countsLikeOpenAi(settings.model().name()) ? new ExactTokens() : sizes;
    this.preparation = new Preparation(settings, tokens, sizes);
    this.reason = new Reason(settings.endpoint().secrets());
  }

  /** Opens a provider; nothing is sent yet. */
  public static RemoteProvider open(RemoteSettings settings) {
    return open(settings, Clock.systemUTC());
  }

  static RemoteProvider open(RemoteSettings settings, Clock clock) {
    return new RemoteProvider(settings, clock);
  }

  @Override
  public EmbeddingBatch embed(List<String> texts, TextSide side) throws EmbeddingFailure {
    requireKey();
    PreparedRequest prepared = preparation.prepare(texts, side, limits().maxTokensPerInput());
    try (Pacing.Trip trip = pacing.begin(prepared.tokens(), side)) {
      return ask(prepared, side, trip);
    }
  }

  private EmbeddingBatch ask(PreparedRequest prepared, TextSide side, Pacing.Trip trip) {
    try {
      EmbeddingBatch batch = answered(prepared, side, trip);
      trip.succeeded();
      return batch;
    } catch (EmbeddingFailure failure) {
      trip.failed(failure);
      LOG.debug("{} failed: {}", settings.vendor().name(), failure.kind());
      throw failure;
    }
  }

  private EmbeddingBatch answered(PreparedRequest prepared, TextSide side, Pacing.Trip trip) {
    HttpAnswer answer =
        exchange.post(prepared.body(), settings.timeouts().of(side), mostBytes(prepared.inputs()));
    ProviderQuota quota = QuotaHeaders.read(answer.headers(), clock.instant());
    trip.saw(quota);
    if (!answer.isAnswer()) {
      throw refused(answer, prepared, quota);
    }
    Answer read = read(answer, prepared);
    if (read.refusal() && read.items().isEmpty()) {
      throw refused(answer, prepared, quota);
    }
    return accept(read, prepared);
  }

  private Answer read(HttpAnswer answer, PreparedRequest prepared) {
    try {
      return AnswerReader.read(answer.body(), prepared.inputs(), dimensions());
    } catch (EmbeddingFailure e) {
      throw named(e);
    }
  }

  private EmbeddingBatch accept(Answer answer, PreparedRequest prepared) {
    List<float[]> vectors;
    try {
      vectors =
          AnswerCheck.accept(answer, prepared.inputs(), dimensions(), settings.model().normalise());
    } catch (EmbeddingFailure e) {
      throw named(e);
    }
    long stated = answer.tokens().orElse(0);
    if (stated > 0 && prepared.truncated().isEmpty()) {
      sizes.learn(prepared.request().texts(), stated);
    }
    return new EmbeddingBatch(
        vectors, stated > 0 ? stated : prepared.tokens(), prepared.truncated(), answer.usd());
  }

  private EmbeddingFailure refused(
      HttpAnswer answer, PreparedRequest prepared, ProviderQuota quota) {
    Refusal refusal =
        RefusalReader.read(answer, words -> reason.clean(words, prepared.request().texts()));
    FailureKind kind = RefusalKinds.of(settings.vendor(), refusal);
    Instant retryAt =
        switch (kind) {
          case RATE_LIMITED, UNAVAILABLE ->
              RetryTime.of(answer.headers(), refusal, quota, clock.instant()).orElse(null);
          default -> null;
        };
    String message =
        "%s answered %d: %s%s"
            .formatted(
                settings.vendor().name(), refusal.status(), refusal.reason(), hint(kind, refusal));
    return new EmbeddingFailure(kind, message, retryAt, null);
  }

  private String hint(FailureKind kind, Refusal refusal) {
    if (kind != FailureKind.MODEL_MISSING) {
      return "";
    }
    URI address = settings.endpoint().address();
    return refusal.status() < 400 || refusal.status() == 404 || refusal.status() == 405
        ? " (check model and base-url: it was asked at %s%s)"
            .formatted(settings.endpoint().place(), address.getPath())
        : "";
  }

  private EmbeddingFailure named(EmbeddingFailure failure) {
    return new EmbeddingFailure(
        failure.kind(), "%s: %s".formatted(settings.vendor().name(), failure.getMessage()));
  }

  private void requireKey() {
    Endpoint endpoint = settings.endpoint();
    boolean ownService =
        settings
            .vendor()
            .baseUrl()
            .filter(base -> URI.create(base).getHost().equals(endpoint.address().getHost()))
            .isPresent();
    if (ownService
        && settings.vendor().needsKey()
        && endpoint.key().isEmpty()
        && !endpoint.headers().containsKey(settings.vendor().keyHeader())) {
      throw new EmbeddingFailure(
          FailureKind.UNAUTHORISED,
          "%s needs a key: set api-key, or %s"
              .formatted(settings.vendor().name(), settings.vendor().variables().apiKey().get(0)));
    }
  }

  private long mostBytes(int inputs) {
    long perInput = BYTES_PER_INPUT + Math.max(dimensions(), DIMENSIONS_READ) * BYTES_PER_COMPONENT;
    return Math.min(Integer.MAX_VALUE - 8, BYTES_AROUND + inputs * perInput);
  }

  /** What it was opened with. */
  public RemoteSettings settings() {
    return settings;
  }

  @Override
  public ProviderQuota quota() {
    return pacing.quota();
  }

  @Override
  public int dimensions() {
    return settings.model().dimensions().count();
  }

  /**
   * {@inheritDoc}
   *
   * <p>May ask the server, where it tells its limits itself and the user has set none.
   */
  @Override
  public RequestLimits limits() {
    return limits.limits();
  }

  @Override
  public int concurrency() {
    return pacing.concurrency();
  }

  @Override
  public boolean countsExactly() {
    return settings.vendor().countsLikeOpenAi(settings.model().name());
  }

  /** No tokenizer makes more tokens of a text than it has bytes, but for its few marks. */
  @Override
  public long tokensAtMost(String text) {
    if (countsExactly()) {
      return Math.min(countTokens(text), limits().maxTokensPerInput());
    }
    String prefix = settings.model().documents().prefix();
    long bytes = text.getBytes(StandardCharsets.UTF_8).length + MARKS;
    return Math.min(bytes + prefix.length(), limits().maxTokensPerInput());
  }

  @Override
  public int countTokens(String text) {
    String prefix = settings.model().documents().prefix();
    return tokens.count(prefix.isEmpty() ? text : prefix + text);
  }

  @Override
  public void close() {
    pacing.close();
    exchange.close();
  }

  @Override
  public String toString() {
    return "RemoteProvider[%s]".formatted(settings);
  }
}
