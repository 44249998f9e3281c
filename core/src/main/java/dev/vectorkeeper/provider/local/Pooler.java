package dev.vectorkeeper.provider.local;

import java.nio.FloatBuffer;

/**
 * Makes the vector of a text from its tokens' vectors.
 *
 * @param pooling how
 * @param normalise whether the result is scaled to length 1
 * @param dimensions components of a vector
 */
record Pooler(Pooling pooling, boolean normalise, int dimensions) {

  /** The vector of the text whose tokens are these rows of the model's output. */
  float[] pool(FloatBuffer output, int firstRow, int rows) {
    float[] vector = new float[dimensions];
    output.get(firstRow * dimensions, vector);
    if (pooling == Pooling.MEAN && rows > 1) {
      addRows(output, firstRow + 1, firstRow + rows, vector);
      scale(vector, 1f / rows);
    }
    if (normalise) {
      normalise(vector);
    }
    return vector;
  }

  private static void addRows(FloatBuffer output, int from, int to, float[] sum) {
    float[] row = new float[sum.length];
    for (int i = from; i < to; i++) {
      output.get(i * sum.length, row);
      for (int j = 0; j < sum.length; j++) {
        sum[j] += row[j];
      }
    }
  }

  private static void normalise(float[] vector) {
    double squares = 0;
    for (float component : vector) {
      squares += (double) component * component;
    }
    if (squares > 0) {
      scale(vector, (float) (1 / Math.sqrt(squares)));
    }
  }

  private static void scale(float[] vector, float factor) {
    for (int i = 0; i < vector.length; i++) {
      vector[i] *= factor;
    }
  }
}
