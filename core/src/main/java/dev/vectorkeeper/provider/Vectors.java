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

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
