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
 * @param required the bound that it is judged by
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

  /** Whether the ratio keeps to its bound. */
  public boolean holds() {
    return atLeast ? ratio >= required : ratio <= required;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s %-18s %s: ours %s, other %s, ratio %.6g (required: %s %s)",
        holds() ? "ok  " : "MISS",
        id,
        what,
        ours,
        other,
        ratio,
        atLeast ? "at least" : "at most",
        required);
  }
}
