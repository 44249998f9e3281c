package dev.vectorkeeper.testing;

import dev.vectorkeeper.provider.EmbeddingBatch;
import dev.vectorkeeper.provider.EmbeddingProvider;
import dev.vectorkeeper.provider.RequestLimits;
import dev.vectorkeeper.provider.TextSide;
import dev.vectorkeeper.provider.local.LocalModel;
import dev.vectorkeeper.provider.local.LocalProvider;
import dev.vectorkeeper.provider.local.LocalRuntime;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * A real local model whose vectors are put into another number of dimensions by a fixed random
 * projection, which keeps similarities nearly as they are.
 */
public final class ProjectedProvider implements EmbeddingProvider {
  private static final LocalRuntime RUNTIME = LocalRuntime.in(Path.of("target", "local-models"), 2);

  private final LocalProvider model;
  private final float[][] projection;

  /** A bundled model by its name, in so many dimensions. */
  public ProjectedProvider(String name, int dimensions) {
    model = LocalProvider.open(LocalModel.bundled(name), RUNTIME);
    Random random = new Random(dimensions);
    projection = new float[dimensions][model.dimensions()];
    for (float[] row : projection) {
      for (int i = 0; i < row.length; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
  }

  /** The vector of a text that is searched with. */
  public float[] query(String text) {
    return embed(List.of(text), TextSide.QUERY).vectors().get(0);
  }

  /** The vector of a stored text. */
  public float[] document(String text) {
    return embed(List.of(text), TextSide.DOCUMENT).vectors().get(0);
  }

  @Override
  public EmbeddingBatch embed(List<String> texts, TextSide side) {
    EmbeddingBatch made = model.embed(texts, side);
    return new EmbeddingBatch(
        made.vectors().stream().map(this::projected).toList(), made.tokens(), made.truncated());
  }

  private float[] projected(float[] vector) {
    float[] out = new float[projection.length];
    double square = 0;
    for (int i = 0; i < out.length; i++) {
      for (int j = 0; j < vector.length; j++) {
        out[i] += projection[i][j] * vector[j];
      }
      square += (double) out[i] * out[i];
    }
    for (int i = 0; i < out.length; i++) {
      out[i] /= (float) Math.sqrt(square);
    }
    return out;
  }

  @Override
  public int dimensions() {
    return projection.length;
  }

  @Override
  public RequestLimits limits() {
    return model.limits();
  }

  @Override
  public int concurrency() {
    return model.concurrency();
  }

  @Override
  public int countTokens(String text) {
    return model.countTokens(text);
  }

  @Override
  public void close() {
    // Opened by the test, which uses it before and after.
  }
}
