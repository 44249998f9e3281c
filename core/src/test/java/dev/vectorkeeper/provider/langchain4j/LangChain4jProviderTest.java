package dev.vectorkeeper.provider.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import dev.vectorkeeper.provider.EmbeddingBatch;
import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.FailureKind;
import dev.vectorkeeper.provider.TextSide;
import dev.vectorkeeper.provider.remote.TextVectors;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LangChain4jProviderTest {
  private static final List<String> TEXTS = List.of("a first text", "a second text");

  private static LangChain4jProvider provider(
      Function<List<TextSegment>, Response<List<Embedding>>> answers) {
    EmbeddingModel model =
        new EmbeddingModel() {
          @Override
          public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
            return answers.apply(segments);
          }
        };
    return LangChain4jProvider.of(model, 8);
  }

  private static List<Embedding> embeddings(List<TextSegment> segments, int dimensions) {
    return segments.stream()
        .map(segment -> Embedding.from(TextVectors.of(segment.text(), dimensions)))
        .toList();
  }

  private static EmbeddingFailure failure(LangChain4jProvider provider) {
    return catchThrowableOfType(
        EmbeddingFailure.class, () -> provider.embed(TEXTS, TextSide.DOCUMENT));
  }

  @Test
  void each_text_gets_the_models_vector() {
    LangChain4jProvider provider =
        provider(segments -> Response.from(embeddings(segments, 8), new TokenUsage(7)));
    EmbeddingBatch batch = provider.embed(TEXTS, TextSide.QUERY);
    assertThat(batch.vectors())
        .containsExactly(TextVectors.of(TEXTS.get(0), 8), TextVectors.of(TEXTS.get(1), 8));
    assertThat(batch.tokens()).isEqualTo(7);
  }

  @Test
  void vectors_of_another_dimension_are_refused() {
    LangChain4jProvider provider = provider(segments -> Response.from(embeddings(segments, 9)));
    assertThat(failure(provider).kind()).isEqualTo(FailureKind.WRONG_DIMENSIONS);
  }

  static Stream<Arguments> exceptions() {
    return Stream.of(
        Arguments.of(new RateLimitException("slow"), FailureKind.RATE_LIMITED),
        Arguments.of(new TimeoutException("late"), FailureKind.TIMEOUT),
        Arguments.of(new AuthenticationException("who"), FailureKind.UNAUTHORISED),
        Arguments.of(new ModelNotFoundException("what"), FailureKind.MODEL_MISSING),
        Arguments.of(new InvalidRequestException("no"), FailureKind.INVALID_INPUT),
        Arguments.of(new InternalServerException("oh"), FailureKind.UNAVAILABLE),
        Arguments.of(new IllegalStateException("a bug"), FailureKind.UNAVAILABLE),
        Arguments.of(new HttpException(402, "{}"), FailureKind.QUOTA_EXHAUSTED),
        Arguments.of(
            new RateLimitException(
                new HttpException(429, "{\"error\":{\"message\":\"insufficient quota\"}}")),
            FailureKind.QUOTA_EXHAUSTED),
        Arguments.of(
            new InvalidRequestException(
                new HttpException(400, "{\"error\":{\"message\":\"too many tokens\"}}")),
            FailureKind.INPUT_TOO_LARGE));
  }

  @ParameterizedTest
  @MethodSource("exceptions")
  void exceptions_are_of_the_closed_set(RuntimeException thrown, FailureKind kind) {
    LangChain4jProvider provider =
        provider(
            segments -> {
              throw thrown;
            });
    assertThat(failure(provider).kind()).isEqualTo(kind);
  }
}
