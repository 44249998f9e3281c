package dev.vectorkeeper.app.observe;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.app.Version;
import dev.vectorkeeper.observe.Tracing;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Metrics and traces of this process while it serves. */
public final class Observation implements AutoCloseable {
  /** Either of them turns traces on. */
  private static final List<String> ENDPOINTS =
      List.of("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final CatalogMeters catalog;
  private final Optional<OpenTelemetrySdk> traces;

  private Observation(Vectorkeeper keeper, Map<String, String> environment) {
    Stream.of(
            new JvmMemoryMetrics(),
            new JvmThreadMetrics(),
            new ProcessorMetrics(),
            new UptimeMetrics(),
            collections)
        .forEach(binder -> binder.bindTo(registry));
    Gauge.builder("vectorkeeper.build.info", () -> 1)
        .description("The version of the program")
        .tag("version", Version.current())
        .register(registry);
    this.catalog = new CatalogMeters(keeper, registry);
    this.traces =
        ENDPOINTS.stream().anyMatch(environment::containsKey)
            ? Optional.of(traces(environment))
            : Optional.empty();
    traces.ifPresent(Tracing::use);
    Metrics.addRegistry(registry);
  }

  /** Begins to measure; traces are sent where an endpoint is set as OpenTelemetry names it. */
  public static Observation start(Vectorkeeper keeper, Map<String, String> environment) {
    return new Observation(keeper, environment);
  }

  private static OpenTelemetrySdk traces(Map<String, String> environment) {
    return AutoConfiguredOpenTelemetrySdk.builder()
        .addPropertiesSupplier(
            () ->
                Map.of(
                    "otel.service.name", "vectorkeeper",
                    "otel.exporter.otlp.protocol", "http/protobuf",
                    "otel.metrics.exporter", "none",
                    "otel.logs.exporter", "none"))
        .addPropertiesCustomizer(properties -> given(environment))
        .disableShutdownHook()
        .build()
        .getOpenTelemetrySdk();
  }

  /** The environment that the program was given, which need not be that of the process. */
  private static Map<String, String> given(Map<String, String> environment) {
    return environment.entrySet().stream()
        .filter(variable -> variable.getKey().startsWith("OTEL_"))
        .collect(
            java.util.stream.Collectors.toMap(
                variable -> variable.getKey().toLowerCase(java.util.Locale.ROOT).replace('_', '.'),
                Map.Entry::getValue));
  }

  /** Everything that is measured, in the text format of Prometheus. */
  public String scrape() {
    catalog.look();
    return registry.scrape();
  }

  @Override
  public void close() {
    Metrics.removeRegistry(registry);
    collections.close();
    registry.close();
    traces.ifPresent(
        sdk -> {
          Tracing.use(OpenTelemetry.noop());
          sdk.close();
        });
  }
}
