package dev.vectorkeeper.verify;

import java.util.Arrays;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/**
 * Intervals by the percentile bootstrap (Efron, 1979): the figure is computed again over rows drawn
 * from the sample with replacement. Rows are drawn whole, because a row's neighbours depend on each
 * other.
 */
final class Bootstrap {
  private static final int DRAWS = 400;

  private Bootstrap() {}

  /**
   * A figure over rows with its 95 % interval.
   *
   * @param rows how many rows there are, at least one
   * @param figure computes it from the numbers of the rows that were drawn
   */
  static Interval estimate(int rows, long seed, ToDoubleFunction<int[]> figure) {
    int[] all = new int[rows];
    Arrays.setAll(all, i -> i);
    double value = figure.applyAsDouble(all);
    Random random = new Random(seed);
    double[] draws = new double[DRAWS];
    int[] drawn = new int[rows];
    for (int draw = 0; draw < DRAWS; draw++) {
      Arrays.setAll(drawn, i -> random.nextInt(rows));
      draws[draw] = figure.applyAsDouble(drawn);
    }
    Arrays.sort(draws);
    return new Interval(value, draws[(int) (DRAWS * 0.025)], draws[(int) (DRAWS * 0.975) - 1]);
  }
}
