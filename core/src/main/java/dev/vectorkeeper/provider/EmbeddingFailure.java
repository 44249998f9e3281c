package dev.vectorkeeper.provider;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request for embeddings that failed as a whole. The message is shown to people and holds no
 * secret.
 */
public final class EmbeddingFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final FailureKind kind;
  private final @Nullable Instant retryAt;

  public EmbeddingFailure(FailureKind kind, String message) {
    this(kind, message, null, null);
  }

  public EmbeddingFailure(
      FailureKind kind, String message, @Nullable Instant retryAt, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.retryAt = retryAt;
  }

  /** Which of the closed set of failures this is. */
  public FailureKind kind() {
    return kind;
  }

  /** When the provider said that it may be asked again, if it said so. */
  public Optional<Instant> retryAt() {
    return Optional.ofNullable(retryAt);
  }
}
