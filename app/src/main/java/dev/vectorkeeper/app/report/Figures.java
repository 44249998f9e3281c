package dev.vectorkeeper.app.report;

import dev.vectorkeeper.verify.Check;
import dev.vectorkeeper.verify.CheckKind;
import dev.vectorkeeper.verify.Interval;
import dev.vectorkeeper.verify.ThresholdTranslation.Translated;
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

  static String interval(Interval estimate) {
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

  /** What labelled pairs say of a threshold; nothing where there are none. */
  static String byPairs(Translated translated) {
    return translated
        .byPairs()
        .map(
            by ->
                "%s (F1 %s, before %s, %d pairs)"
                    .formatted(number(by.to()), number(by.f1()), number(by.f1Before()), by.pairs()))
        .orElse("");
  }
}
