package dev.vectorkeeper.provider.remote;

import java.util.List;
import java.util.SplittableRandom;

/** Vectors of length 1 that depend on nothing but the text and the dimensions. */
public final class TextVectors {
  private TextVectors() {}

  static List<float[]> of(String model, List<String> texts, int dimensions) {
    return texts.stream().map(text -> of(text, dimensions)).toList();
  }

  public static float[] of(String text, int dimensions) {
    long seed = 1_125_899_906_842_597L;
    for (int i = 0; i < text.length(); i++) {
      seed = 31 * seed + text.charAt(i);
    }
    SplittableRandom random = new SplittableRandom(seed);
    float[] vector = new float[dimensions];
    double squares = 0;
    for (int i = 0; i < dimensions; i++) {
      vector[i] = (float) (random.nextDouble() - 0.5);
      squares += (double) vector[i] * vector[i];
    }
    for (int i = 0; i < dimensions; i++) {
      vector[i] = (float) (vector[i] / Math.sqrt(squares));
    }
    return vector;
  }
}
