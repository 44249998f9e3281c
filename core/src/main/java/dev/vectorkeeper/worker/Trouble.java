package dev.vectorkeeper.worker;

import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.FailureKind;
import java.time.Duration;

/**
 * Something that keeps a provider from answering and is no row's fault.
 *
 * @param failure what the provider said
 * @param delay how long to leave it alone
 */
public record Trouble(EmbeddingFailure failure, Duration delay) {
  /** Whether a provider was asked at all. */
  boolean isOfProvider() {
    return failure.kind() != FailureKind.BUDGET_SPENT;
  }
}
