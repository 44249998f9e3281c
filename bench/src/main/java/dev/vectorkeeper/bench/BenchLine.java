package dev.vectorkeeper.bench;

import java.util.Locale;

/**
 * One measured comparison.
 *
 * @param id its stable name
 * @param what what was measured, in words
 * @param ours our figure with its unit
 * @param other the figure that it is compared with
 * @param ratio the number that is judged
 * @param required the bound that it is judged by; not a number where there is none
 * @param atLeast whether the bound is a lower one, else it is an upper one
 */
public record BenchLine(
    String id,
    String what,
    String ours,
    String other,
    double ratio,
    double required,
    boolean atLeast) {

  /** A comparison that is told and not judged. */
  static BenchLine told(String id, String what, String ours, String other, double ratio) {
    return new BenchLine(id, what, ours, other, ratio, Double.NaN, true);
  }

  /** Whether there is a bound. */
  public boolean isJudged() {
    return !Double.isNaN(required);
  }

  /** Whether the ratio keeps to its bound; true where there is none. */
  public boolean holds() {
    return !isJudged() || (atLeast ? ratio >= required : ratio <= required);
  }

  /** The bound in words. */
  String bound() {
    return isJudged() ? (atLeast ? "at least " : "at most ") + required : "";
  }

  /** Whether it holds, in a word. */
  String verdict() {
    if (!isJudged()) {
      return "";
    }
    return holds() ? "yes" : "NO";
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s %-18s %s: ours %s, other %s, ratio %.6g%s",
        holds() ? "ok  " : "MISS",
        id,
        what,
        ours,
        other,
        ratio,
        isJudged() ? " (required: " + bound() + ")" : "");
  }
}
