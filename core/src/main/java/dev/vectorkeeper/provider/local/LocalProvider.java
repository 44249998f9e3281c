package dev.vectorkeeper.provider.local;

import ai.onnxruntime.OrtException;
import dev.vectorkeeper.provider.EmbeddingBatch;
import dev.vectorkeeper.provider.EmbeddingProvider;
import dev.vectorkeeper.provider.RequestLimits;
import dev.vectorkeeper.provider.TextSide;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * A model that embeds in this process. A text's vector is the same alone, in any request and beside
 * any other, and the same on each side of a restart.
 */
public final class LocalProvider implements EmbeddingProvider {
  private static final int MAX_INPUTS = 256;

  /** One request computes while the engine reads and writes for another. */
  private static final int CONCURRENCY = 2;

  private final LocalModel model;
  private final WorkerPool pool;
  private final LoadedModel loaded;
  private final Pooler pooler;
  private boolean closed;

  private LocalProvider(LocalModel model, WorkerPool pool, LoadedModel loaded) {
    this.model = model;
    this.pool = pool;
    this.loaded = loaded;
    this.pooler = new Pooler(model.pooling(), model.normalise(), loaded.dimensions());
  }

  /**
   * Loads the native libraries and the model, where this process has not yet.
   *
   * @throws LocalModelException when a file is missing or cannot be used, native code does not run
   *     here, or more tokens a text are asked for than the model takes
   */
  public static LocalProvider open(LocalModel model, LocalRuntime runtime) {
    requireFits(model);
    return new LocalProvider(model, runtime.pool(), runtime.load(model.weights()));
  }

  /** The model that this embeds with. */
  public LocalModel model() {
    return model;
  }

  @Override
  public EmbeddingBatch embed(List<String> texts, TextSide side) {
    retain();
    try {
      Tokens[] tokens = tokenise(texts, prefix(side));
      List<int[]> batches = Batches.of(tokens, model.quantised());
      float[][] vectors = new float[tokens.length][];
      pool.forEach(
          batches.size(), batch -> loaded.embed(tokens, batches.get(batch), pooler, vectors));
      return answer(tokens, vectors);
    } finally {
      release();
    }
  }

  @Override
  public int dimensions() {
    return loaded.dimensions();
  }

  @Override
  public RequestLimits limits() {
    return new RequestLimits(MAX_INPUTS, MAX_INPUTS * model.maxTokens(), model.maxTokens());
  }

  @Override
  public int concurrency() {
    return CONCURRENCY;
  }

  /**
   * The tokens of a text as it is embedded as a document: prefix and special tokens included,
   * before any cut.
   */
  @Override
  public int countTokens(String text) {
    retain();
    try {
      return loaded.tokenizer().count(model.documentPrefix() + text);
    } finally {
      release();
    }
  }

  /**
   * Ends the use of the model; its memory is freed when nobody else uses it and no request is under
   * way.
   */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      release();
    }
  }

  @Override
  public String toString() {
    return "local model " + model.name();
  }

  private static void requireFits(LocalModel model) {
    int positions = model.weights().positions().orElse(model.maxTokens());
    if (model.maxTokens() > positions) {
      throw new LocalModelException(
          LocalModelException.SETTING,
          "The local model \"%s\" takes %d tokens a text, not %d. Lower its maximum of tokens."
              .formatted(model.name(), positions, model.maxTokens()));
    }
  }

  private Tokens[] tokenise(List<String> texts, String prefix) {
    Tokens[] tokens = new Tokens[texts.size()];
    ModelTokenizer tokenizer = loaded.tokenizer();
    pool.forEach(
        tokens.length, i -> tokens[i] = tokenizer.encode(prefix + texts.get(i), model.maxTokens()));
    return tokens;
  }

  private String prefix(TextSide side) {
    return side == TextSide.QUERY ? model.queryPrefix() : model.documentPrefix();
  }

  private static EmbeddingBatch answer(Tokens[] tokens, float[][] vectors) {
    BitSet truncated = new BitSet();
    long total = 0;
    for (int i = 0; i < tokens.length; i++) {
      truncated.set(i, tokens[i].truncated());
      total += tokens[i].length();
    }
    return new EmbeddingBatch(Arrays.asList(vectors), total, truncated);
  }

  private synchronized void retain() {
    if (closed || !loaded.retain()) {
      throw new IllegalStateException("The " + this + " is closed.");
    }
  }

  private void release() {
    try {
      loaded.release();
    } catch (OrtException e) {
      throw new IllegalStateException("The " + this + " cannot be freed.", e);
    }
  }
}
