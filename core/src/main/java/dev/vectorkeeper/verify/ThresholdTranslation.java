package dev.vectorkeeper.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Which similarity in one space accepts as many pairs as a given one does in another. The pairs are
 * a sample of rows, each with as many nearest rows of its own in either space: the threshold sought
 * is the quantile of the new similarities at the share of the old ones that the old threshold
 * accepts. It depends on the order of similarities only, so that spaces with other scales compare.
 */
public final class ThresholdTranslation {
  /**
   * A threshold in two spaces.
   *
   * @param from the threshold in the old space
   * @param share the share of the sampled pairs that it accepts, from 0 to 1
   * @param to the threshold in the new space that accepts the same share
   * @param isOutside whether it accepts all or none of the sampled pairs, so that the other says
   *     little
   * @param byPairs the threshold that tells the labelled pairs best apart, where there are any
   */
  public record Translated(
      double from, double share, Interval to, boolean isOutside, Optional<ByPairs> byPairs) {}

  /**
   * Thresholds judged by labelled pairs.
   *
   * @param to the threshold in the new space with the best F1
   * @param f1Before F1 of the old threshold in the old space
   * @param f1 F1 of that threshold in the new space
   * @param pairs how many pairs both spaces have
   */
  public record ByPairs(double to, double f1Before, double f1, int pairs) {}

  private final double[][] before;

  /** All similarities in the new space, descending, and the sampled row that each belongs to. */
  private final double[] sorted;

  private final int[] rowOf;

  /**
   * A translation between two spaces.
   *
   * @param before similarities of each sampled row to its nearest rows in the old space
   * @param after the same rows' in the new space
   */
  ThresholdTranslation(List<double[]> before, List<double[]> after) {
    this.before = before.toArray(double[][]::new);
    record Pair(double similarity, int row) {}
    List<Pair> pairs = new ArrayList<>();
    for (int row = 0; row < after.size(); row++) {
      for (double similarity : after.get(row)) {
        pairs.add(new Pair(similarity, row));
      }
    }
    pairs.sort(Comparator.comparingDouble(Pair::similarity).reversed());
    this.sorted = pairs.stream().mapToDouble(Pair::similarity).toArray();
    this.rowOf = pairs.stream().mapToInt(Pair::row).toArray();
  }

  /** The threshold in the new space. */
  Translated translate(double threshold, long seed, Optional<ByPairs> byPairs) {
    double share = accepted(before, threshold);
    int[] accepted =
        Arrays.stream(before)
            .mapToInt(row -> (int) Arrays.stream(row).filter(s -> s >= threshold).count())
            .toArray();
    Interval to = Bootstrap.estimate(before.length, seed, drawn -> translate(accepted, drawn));
    return new Translated(threshold, share, to, share == 0 || share == 1, byPairs);
  }

  /** The similarity that as large a share of the drawn rows' pairs reach as was accepted. */
  private double translate(int[] accepted, int[] drawn) {
    int[] times = new int[before.length];
    long pairs = 0;
    long taken = 0;
    for (int row : drawn) {
      times[row]++;
      pairs += before[row].length;
      taken += accepted[row];
    }
    long all = 0;
    for (int row : rowOf) {
      all += times[row];
    }
    double wanted = pairs == 0 ? 0 : (double) taken / pairs * all;
    long reached = 0;
    for (int i = 0; i < sorted.length; i++) {
      reached += times[rowOf[i]];
      if (reached >= wanted) {
        return sorted[i];
      }
    }
    return sorted.length == 0 ? 0 : sorted[sorted.length - 1];
  }

  /** The share of pairs at or above a threshold. */
  static double accepted(double[][] similarities, double threshold) {
    long pairs = 0;
    long above = 0;
    for (double[] row : similarities) {
      pairs += row.length;
      for (double similarity : row) {
        above += similarity >= threshold ? 1 : 0;
      }
    }
    return pairs == 0 ? 0 : (double) above / pairs;
  }

  /**
   * What labelled pairs say.
   *
   * @param same whether each pair belongs together
   */
  static ByPairs byPairs(double threshold, double[] before, double[] after, boolean[] same) {
    double best = 0;
    double at = threshold;
    for (double candidate : Arrays.stream(after).distinct().sorted().toArray()) {
      double f1 = f1(after, same, candidate);
      if (f1 > best) {
        best = f1;
        at = candidate;
      }
    }
    return new ByPairs(at, f1(before, same, threshold), best, same.length);
  }

  private static double f1(double[] similarities, boolean[] same, double threshold) {
    int right = 0;
    int accepted = 0;
    int wanted = 0;
    for (int i = 0; i < same.length; i++) {
      boolean accepts = similarities[i] >= threshold;
      accepted += accepts ? 1 : 0;
      wanted += same[i] ? 1 : 0;
      right += accepts && same[i] ? 1 : 0;
    }
    return right == 0 ? 0 : 2.0 * right / (accepted + wanted);
  }
}
