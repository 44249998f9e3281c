/**
 * What a process tells of itself: metrics for Prometheus and traces for OpenTelemetry. The engine
 * measures into registries that do nothing until {@link dev.vectorkeeper.app.observe.Observation}
 * hands real ones in.
 */
@NullMarked
package dev.vectorkeeper.app.observe;

import org.jspecify.annotations.NullMarked;
