package dev.vectorkeeper.app.report;

import dev.vectorkeeper.verify.Check;
import dev.vectorkeeper.verify.CheckKind;
import dev.vectorkeeper.verify.Estimate;
import java.util.Locale;

/** Numbers as people read them. */
final class Figures {
  private Figures() {}

  static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? String.format(Locale.ROOT, "%,.0f", value)
        : String.format(Locale.ROOT, "%.3f", value);
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", share * 100);
  }

  static String interval(Estimate estimate) {
    return "%s (%s to %s)"
        .formatted(number(estimate.value()), number(estimate.low()), number(estimate.high()));
  }

  /** A check's limit, such as {@code at most 0}. */
  static String limit(Check check) {
    return check
        .limit()
        .map(
            limit ->
                (CheckKind.named(check.name()).isMost() ? "at most " : "at least ") + number(limit))
        .orElse("none");
  }
}
