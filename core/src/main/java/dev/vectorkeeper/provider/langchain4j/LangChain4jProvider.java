package dev.vectorkeeper.provider.langchain4j;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInputType;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import dev.vectorkeeper.provider.EmbeddingBatch;
import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.EmbeddingProvider;
import dev.vectorkeeper.provider.RequestLimits;
import dev.vectorkeeper.provider.TextSide;
import dev.vectorkeeper.provider.pace.LearnedTokens;
import dev.vectorkeeper.provider.remote.answer.Answer;
import dev.vectorkeeper.provider.remote.answer.Answer.Item;
import dev.vectorkeeper.provider.remote.answer.AnswerCheck;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Any LangChain4j embedding model as a provider. Where the model takes an input type, documents and
 * queries are told apart. Retries belong to the engine: a model handed in here should have none of
 * its own. The model is the application's: {@link #close} leaves it alone.
 */
public final class LangChain4jProvider implements EmbeddingProvider {
  private static final RequestLimits USUAL_LIMITS = new RequestLimits(256, 65_536, 8_192);
  private static final int USUAL_CONCURRENCY = 4;

  private final EmbeddingModel model;
  private final int dimensions;
  private final RequestLimits limits;
  private final int concurrency;
  private final LearnedTokens tokens = new LearnedTokens();

  private LangChain4jProvider(
      EmbeddingModel model, int dimensions, RequestLimits limits, int concurrency) {
    this.model = model;
    this.dimensions = dimensions;
    this.limits = limits;
    this.concurrency = concurrency;
  }

  /**
   * A provider with usual limits: 256 texts and 65,536 tokens a request, 4 requests in flight.
   *
   * @param dimensions the components of the model's vectors
   */
  public static LangChain4jProvider of(EmbeddingModel model, int dimensions) {
    return new LangChain4jProvider(model, dimensions, USUAL_LIMITS, USUAL_CONCURRENCY);
  }

  /** The same with other limits. */
  public LangChain4jProvider with(RequestLimits otherLimits, int otherConcurrency) {
    return new LangChain4jProvider(model, dimensions, otherLimits, otherConcurrency);
  }

  @Override
  public EmbeddingBatch embed(List<String> texts, TextSide side) throws EmbeddingFailure {
    Answer answer;
    try {
      answer = takesInputType() ? askWithType(texts, side) : ask(texts);
    } catch (RuntimeException e) {
      throw LangChain4jFailures.of(e, texts);
    }
    List<float[]> vectors = AnswerCheck.accept(answer, texts.size(), dimensions, false);
    long estimate = texts.stream().mapToLong(tokens::count).sum();
    answer.tokens().ifPresent(stated -> tokens.learn(texts, stated));
    return new EmbeddingBatch(vectors, answer.tokens().orElse(estimate), new BitSet());
  }

  private boolean takesInputType() {
    return model.supportedParameters().contains(EmbeddingRequestParameters.INPUT_TYPE);
  }

  private Answer askWithType(List<String> texts, TextSide side) {
    EmbeddingResponse response =
        model.embed(
            EmbeddingRequest.builder()
                .textSegments(texts.stream().map(TextSegment::from).toList())
                .inputType(
                    side == TextSide.QUERY ? EmbeddingInputType.QUERY : EmbeddingInputType.DOCUMENT)
                .build());
    return answer(response.embeddings(), response.tokenUsage());
  }

  private Answer ask(List<String> texts) {
    Response<List<Embedding>> response =
        model.embedAll(texts.stream().map(TextSegment::from).toList());
    return answer(response.content(), response.tokenUsage());
  }

  private static Answer answer(List<Embedding> embeddings, @Nullable TokenUsage usage) {
    Integer total = usage == null ? null : usage.totalTokenCount();
    Integer counted = usage != null && total == null ? usage.inputTokenCount() : total;
    return new Answer(
        embeddings.stream().map(e -> new Item(Answer.NO_INDEX, e.vector())).toList(),
        counted == null || counted <= 0 ? OptionalLong.empty() : OptionalLong.of(counted),
        Optional.empty(),
        false);
  }

  @Override
  public int dimensions() {
    return dimensions;
  }

  @Override
  public RequestLimits limits() {
    return limits;
  }

  @Override
  public int concurrency() {
    return concurrency;
  }

  @Override
  public int countTokens(String text) {
    return tokens.count(text);
  }

  @Override
  public void close() {
    // The model is the application's.
  }
}
