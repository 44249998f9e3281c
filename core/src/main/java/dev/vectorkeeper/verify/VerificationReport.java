package dev.vectorkeeper.verify;

import dev.vectorkeeper.verify.ThresholdTranslation.Translated;
import java.util.List;
import java.util.Optional;

/**
 * What a verification found.
 *
 * @param source the source's name
 * @param profile the verified collection's profile
 * @param model its model
 * @param dimensions components of a vector
 * @param at when it was, in ISO 8601
 * @param seconds how long it took
 * @param passed whether every check keeps to its limit
 * @param rows rows that should have a vector
 * @param vectors rows that have one
 * @param pending rows that are waiting to be looked at again, which count as no defect
 * @param checks what was found, one entry a check
 * @param search how searches fare; nothing where there is nothing to search
 * @param comparison how the space compares with another; nothing where there is none
 */
public record VerificationReport(
    String source,
    String profile,
    String model,
    int dimensions,
    String at,
    double seconds,
    boolean passed,
    long rows,
    long vectors,
    long pending,
    List<Check> checks,
    Optional<SearchReport> search,
    Optional<SpaceComparison> comparison) {

  /**
   * How searches with stored vectors as queries fare against an exact scan.
   *
   * @param sample how many rows were searched with
   * @param neighbours how many nearest rows were wanted
   * @param seed which sample it was
   * @param recall the share of the nearest rows that were found
   * @param recallByRow of each searched row, from 0 to 1
   * @param millis the times of the searches, ascending
   */
  public record SearchReport(
      int sample,
      int neighbours,
      long seed,
      Interval recall,
      List<Double> recallByRow,
      List<Double> millis) {

    /** The time that so large a share of the searches take at most. */
    public double percentile(double share) {
      return millis.isEmpty()
          ? 0
          : millis.get((int) Math.min(millis.size() - 1, Math.ceil(share * millis.size()) - 1));
    }
  }

  /**
   * How a space compares with another over the same rows.
   *
   * @param against the other space's profile
   * @param sample how many rows were compared
   * @param neighbours how many nearest rows of each
   * @param seed which sample it was
   * @param overlap the mean share of nearest rows that are the same in both
   * @param overlapByRow of each row, from 0 to 1
   * @param similaritiesBefore similarities of rows to their nearest rows in the other space
   * @param similarities the same in this space
   * @param thresholds thresholds of the other space in this one
   */
  public record SpaceComparison(
      String against,
      int sample,
      int neighbours,
      long seed,
      Interval overlap,
      List<Double> overlapByRow,
      Histogram similaritiesBefore,
      Histogram similarities,
      List<Translated> thresholds) {}

  /**
   * How values are spread.
   *
   * @param low the lowest value
   * @param high the highest
   * @param counts how many values lie in each of as many equal steps between the two
   */
  public record Histogram(double low, double high, List<Integer> counts) {
    private static final int STEPS = 40;

    static Histogram of(List<double[]> rows) {
      double low = Double.POSITIVE_INFINITY;
      double high = Double.NEGATIVE_INFINITY;
      for (double[] row : rows) {
        for (double value : row) {
          low = Math.min(low, value);
          high = Math.max(high, value);
        }
      }
      Integer[] counts = new Integer[STEPS];
      java.util.Arrays.fill(counts, 0);
      double width = high > low ? high - low : 1;
      for (double[] row : rows) {
        for (double value : row) {
          counts[(int) Math.min(STEPS - 1, (value - low) / width * STEPS)]++;
        }
      }
      return low > high
          ? new Histogram(0, 0, List.of(counts))
          : new Histogram(low, high, List.of(counts));
    }
  }

  /** The checks that do not keep to their limit. */
  public List<Check> failures() {
    return checks.stream().filter(check -> !check.passed()).toList();
  }
}
