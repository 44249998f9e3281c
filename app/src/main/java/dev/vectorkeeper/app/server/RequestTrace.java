package dev.vectorkeeper.app.server;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.observe.Tracing;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** Gives each request a number that its log lines and its answer carry, measures and traces it. */
final class RequestTrace {
  private static final String HEADER = "X-Request-Id";
  private static final String NUMBER = "request";

  private static final TextMapGetter<Context> HEADERS =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Context context) {
          return context.headerMap().keySet();
        }

        @Override
        public @Nullable String get(@Nullable Context context, String name) {
          return context == null ? null : context.header(name);
        }
      };

  private RequestTrace() {}

  /**
   * Answers a request.
   *
   * @param path the endpoint's path, with parameters in braces
   */
  static void within(Context context, String path, Runnable answer) {
    String given = context.header(HEADER);
    String id =
        given != null && given.matches("[A-Za-z0-9._-]{1,64}")
            ? given
            : UUID.randomUUID().toString();
    context.header(HEADER, id);
    var telemetry = Tracing.telemetry();
    Span span =
        telemetry
            .getTracer("vectorkeeper")
            .spanBuilder(context.method().name() + " " + path)
            .setParent(
                telemetry
                    .getPropagators()
                    .getTextMapPropagator()
                    .extract(io.opentelemetry.context.Context.current(), context, HEADERS))
            .setSpanKind(SpanKind.SERVER)
            .setAttribute("http.request.method", context.method().name())
            .setAttribute("http.route", path)
            .startSpan();
    long started = System.nanoTime();
    String outcome = "failed";
    try (Scope scope = span.makeCurrent();
        MDC.MDCCloseable numbered = MDC.putCloseable(NUMBER, id)) {
      answer.run();
      outcome = "answered";
    } catch (VectorkeeperException e) {
      outcome = Problem.of(e, path).status() < 500 ? "refused" : outcome;
      throw e;
    } catch (HttpResponseException e) {
      outcome = e.getStatus() < 500 ? "refused" : outcome;
      throw e;
    } finally {
      span.setAttribute("vectorkeeper.outcome", outcome);
      span.end();
      Timer.builder("vectorkeeper.http.request")
          .description("How long requests to this server took")
          .tag("path", path)
          .tag("method", context.method().name())
          .tag("outcome", outcome)
          .serviceLevelObjectives(
              Duration.ofMillis(5),
              Duration.ofMillis(25),
              Duration.ofMillis(100),
              Duration.ofMillis(500),
              Duration.ofSeconds(2),
              Duration.ofSeconds(10))
          .register(Metrics.globalRegistry)
          .record(Duration.ofNanos(System.nanoTime() - started));
    }
  }

  /** Has log lines carry the number of a request that has been answered with a failure. */
  static MDC.MDCCloseable numbered(Context context) {
    return MDC.putCloseable(
        NUMBER, java.util.Objects.requireNonNullElse(context.res().getHeader(HEADER), ""));
  }
}
