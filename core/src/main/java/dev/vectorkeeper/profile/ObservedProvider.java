package dev.vectorkeeper.profile;

import dev.vectorkeeper.observe.Tracing;
import dev.vectorkeeper.provider.DelegatingProvider;
import dev.vectorkeeper.provider.EmbeddingBatch;
import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.EmbeddingProvider;
import dev.vectorkeeper.provider.TextSide;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A provider whose requests are measured and traced. */
final class ObservedProvider extends DelegatingProvider {
  private static final String ANSWERED = "answered";

  /** Of a request that ended with what is none of the known failures. */
  private static final String BROKEN = "broken";

  private final ProfileDefinition profile;
  private final Optional<BigDecimal> usdPerMillionTokens;
  private final Tags tags;

  ObservedProvider(
      EmbeddingProvider provider,
      ProfileDefinition profile,
      Optional<BigDecimal> usdPerMillionTokens) {
    super(provider);
    this.profile = profile;
    this.usdPerMillionTokens = usdPerMillionTokens;
    this.tags = Tags.of("profile", profile.name(), "provider", profile.providers().get(0));
  }

  @Override
  public EmbeddingBatch embed(List<String> texts, TextSide side) {
    Span span =
        Tracing.tracer()
            .spanBuilder("embed " + profile.name())
            .setSpanKind(SpanKind.CLIENT)
            .setAttribute("gen_ai.operation.name", "embeddings")
            .setAttribute("gen_ai.system", profile.providers().get(0))
            .setAttribute("gen_ai.request.model", profile.model().orElse(""))
            .setAttribute("vectorkeeper.texts", texts.size())
            .startSpan();
    long started = System.nanoTime();
    String outcome = BROKEN;
    try (Scope scope = span.makeCurrent()) {
      EmbeddingBatch batch = provider.embed(texts, side);
      span.setAttribute("gen_ai.usage.input_tokens", batch.tokens());
      used(texts.size(), batch);
      outcome = ANSWERED;
      return batch;
    } catch (EmbeddingFailure e) {
      outcome = e.kind().name().toLowerCase(Locale.ROOT);
      throw e;
    } finally {
      if (!outcome.equals(ANSWERED)) {
        span.setStatus(StatusCode.ERROR, outcome);
      }
      span.end();
      Timer.builder("vectorkeeper.provider.request")
          .description("How long requests of a provider took")
          .tags(tags.and("outcome", outcome))
          .serviceLevelObjectives(
              Duration.ofMillis(10),
              Duration.ofMillis(50),
              Duration.ofMillis(100),
              Duration.ofMillis(250),
              Duration.ofMillis(500),
              Duration.ofSeconds(1),
              Duration.ofSeconds(5),
              Duration.ofSeconds(30))
          .register(Metrics.globalRegistry)
          .record(Duration.ofNanos(System.nanoTime() - started));
    }
  }

  private void used(int texts, EmbeddingBatch batch) {
    counter("vectorkeeper.provider.texts", "Texts that were embedded").increment(texts);
    counter("vectorkeeper.provider.tokens", "Tokens that were embedded").increment(batch.tokens());
    BigDecimal usd =
        batch
            .usd()
            .orElseGet(
                () ->
                    usdPerMillionTokens
                        .map(p -> p.multiply(BigDecimal.valueOf(batch.tokens())).movePointLeft(6))
                        .orElse(BigDecimal.ZERO));
    counter("vectorkeeper.provider.cost.usd", "US dollars that requests of this process cost")
        .increment(usd.doubleValue());
  }

  private Counter counter(String name, String help) {
    return Counter.builder(name).description(help).tags(tags).register(Metrics.globalRegistry);
  }
}
