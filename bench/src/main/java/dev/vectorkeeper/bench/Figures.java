package dev.vectorkeeper.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What is made of many measured numbers. */
final class Figures {
  private Figures() {}

  /** The middle one, or the mean of the two in the middle. */
  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** The least value that so many hundredths of the values do not exceed. */
  static double percentile(List<Double> values, int hundredths) {
    List<Double> sorted = values.stream().sorted().toList();
    int rank = (int) Math.ceil(sorted.size() * hundredths / 100.0);
    return sorted.get(Math.max(1, rank) - 1);
  }

  /** A rate with its unit, such as {@code 12,000 rows/s}. */
  static String rate(double perSecond, String of) {
    return String.format(Locale.ROOT, "%,.0f %s/s", perSecond, of);
  }

  /** Milliseconds with a decimal. */
  static String millis(double millis) {
    return String.format(Locale.ROOT, "%.1f ms", millis);
  }
}
