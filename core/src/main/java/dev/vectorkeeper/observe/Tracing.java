package dev.vectorkeeper.observe;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Tracer;

/**
 * Where spans go. OpenTelemetry's own global cannot be set once somebody has asked for it, nor set
 * again.
 */
public final class Tracing {
  private static volatile OpenTelemetry telemetry = OpenTelemetry.noop();

  private Tracing() {}

  /** Has spans go there from now on. */
  public static void use(OpenTelemetry other) {
    telemetry = other;
  }

  public static OpenTelemetry telemetry() {
    return telemetry;
  }

  /** What makes spans. */
  public static Tracer tracer() {
    return telemetry.getTracer("vectorkeeper");
  }
}
