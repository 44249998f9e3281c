package dev.vectorkeeper.provider.langchain4j;

import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.ContentFilteredException;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.FailureKind;
import dev.vectorkeeper.provider.remote.Refusals;
import java.util.List;
import java.util.Optional;

/** LangChain4j's exceptions as the closed set of failures. */
final class LangChain4jFailures {
  private static final String WHO = "the LangChain4j model";

  private LangChain4jFailures() {}

  static EmbeddingFailure of(RuntimeException thrown, List<String> texts) {
    Optional<HttpException> http = httpCause(thrown);
    if (http.isPresent()) {
      // The status and the vendor's body say more than the class does.
      String body = http.get().getMessage();
      return Refusals.failure(WHO, http.get().statusCode(), body == null ? "" : body, texts);
    }
    String message = thrown.getMessage() == null ? "no reason given" : thrown.getMessage();
    return new EmbeddingFailure(
        kindOf(thrown), "%s failed: %s".formatted(WHO, Refusals.oneLine(message, texts)));
  }

  private static FailureKind kindOf(RuntimeException thrown) {
    if (thrown instanceof TimeoutException) {
      return FailureKind.TIMEOUT;
    }
    if (thrown instanceof RateLimitException) {
      return FailureKind.RATE_LIMITED;
    }
    if (thrown instanceof AuthenticationException) {
      return FailureKind.UNAUTHORISED;
    }
    if (thrown instanceof ModelNotFoundException) {
      return FailureKind.MODEL_MISSING;
    }
    return thrown instanceof ContentFilteredException || thrown instanceof InvalidRequestException
        ? FailureKind.INVALID_INPUT
        : FailureKind.UNAVAILABLE;
  }

  private static Optional<HttpException> httpCause(Throwable thrown) {
    Throwable cause = thrown;
    for (int depth = 0; cause != null && depth < 5; depth++) {
      if (cause instanceof HttpException http) {
        return Optional.of(http);
      }
      cause = cause.getCause();
    }
    return Optional.empty();
  }
}
