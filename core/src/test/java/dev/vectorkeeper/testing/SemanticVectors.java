package dev.vectorkeeper.testing;

import dev.vectorkeeper.provider.TextSide;
import dev.vectorkeeper.provider.local.LocalModel;
import dev.vectorkeeper.provider.local.LocalProvider;
import dev.vectorkeeper.provider.local.LocalRuntime;
import dev.vectorkeeper.provider.remote.ModelVectors;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Vectors that mean something: those of a bundled model, put into each other model's dimensions by
 * a projection that depends on nothing but that model's name. Similarities stay nearly as they are,
 * while vectors of two names cannot be compared.
 */
public final class SemanticVectors implements ModelVectors, AutoCloseable {
  private static final String MODEL = "all-minilm-l6-v2-q";

  /** Texts whose vectors are kept, as two models are often asked for the same. */
  private static final int KEPT = 60_000;

  private record Space(String model, int dimensions) {}

  private final LocalProvider local;
  private final Map<Space, float[][]> projections = new ConcurrentHashMap<>();
  private final Map<String, float[]> kept =
      new LinkedHashMap<>(1_024, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, float[]> eldest) {
          return size() > KEPT;
        }
      };

  /**
   * Loads the bundled model.
   *
   * @param cache where native libraries are unpacked
   */
  public SemanticVectors(Path cache) {
    this.local = LocalProvider.open(LocalModel.bundled(MODEL), LocalRuntime.in(cache, 2));
  }

  @Override
  public List<float[]> of(String model, List<String> texts, int dimensions) {
    // A router names a model with its owner in front; its vectors are the model's.
    String name = model.substring(model.lastIndexOf('/') + 1);
    float[][] projection =
        projections.computeIfAbsent(new Space(name, dimensions), this::projection);
    return embedded(texts).stream().map(vector -> projected(projection, vector)).toList();
  }

  private float[][] projection(Space space) {
    Random random = new Random(space.model().hashCode() * 31L + space.dimensions());
    float[][] rows = new float[space.dimensions()][local.dimensions()];
    for (float[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
    return rows;
  }

  private List<float[]> embedded(List<String> texts) {
    Map<String, float[]> made = new HashMap<>();
    List<String> missing;
    synchronized (kept) {
      texts.stream().filter(kept::containsKey).forEach(text -> made.put(text, kept.get(text)));
      missing = texts.stream().filter(text -> !made.containsKey(text)).distinct().toList();
    }
    if (!missing.isEmpty()) {
      List<float[]> vectors = local.embed(missing, TextSide.DOCUMENT).vectors();
      for (int i = 0; i < missing.size(); i++) {
        made.put(missing.get(i), vectors.get(i));
      }
    }
    synchronized (kept) {
      kept.putAll(made);
    }
    return texts.stream().map(made::get).toList();
  }

  private static float[] projected(float[][] projection, float[] vector) {
    float[] out = new float[projection.length];
    double square = 0;
    for (int i = 0; i < out.length; i++) {
      float[] row = projection[i];
      float sum = 0;
      for (int j = 0; j < vector.length; j++) {
        sum += row[j] * vector[j];
      }
      out[i] = sum;
      square += (double) sum * sum;
    }
    float length = (float) Math.sqrt(square);
    for (int i = 0; i < out.length; i++) {
      out[i] /= length;
    }
    return out;
  }

  @Override
  public void close() {
    local.close();
  }
}
