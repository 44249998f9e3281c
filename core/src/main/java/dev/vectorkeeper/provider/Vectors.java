package dev.vectorkeeper.provider;

/** Arithmetic on vectors. */
public final class Vectors {
  private Vectors() {}

  /**
   * The cosine of the angle between two vectors, from -1 to 1; 0 where they have different lengths
   * or one of them is zero.
   */
  public static double cosine(float[] a, float[] b) {
    if (a.length != b.length) {
      return 0;
    }
    double lengths = length(a) * length(b);
    return lengths == 0 ? 0 : dot(a, b) / lengths;
  }

  /** The Euclidean length. */
  public static double length(float[] vector) {
    return Math.sqrt(dot(vector, vector));
  }

  /** A vector as pgvector writes it, for example {@code [1,0.5]}. */
  public static float[] parse(String text) {
    String[] numbers = text.substring(1, text.length() - 1).split(",");
    float[] vector = new float[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      vector[i] = Float.parseFloat(numbers[i]);
    }
    return vector;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
