package dev.vectorkeeper.verify;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What one check found.
 *
 * @param name the check's name
 * @param value what was found: a count, a share from 0 to 1, or milliseconds
 * @param limit what is borne; nothing where the check only tells
 * @param passed whether the value keeps to the limit
 * @param sampleKeys some of the keys that it is about
 */
public record Check(
    String name, double value, Optional<Double> limit, boolean passed, List<String> sampleKeys) {

  static Check of(CheckKind kind, double value, VerificationOptions options, List<String> keys) {
    Optional<Double> limit = options.limit(kind);
    boolean passed =
        limit.isEmpty() || (kind.isMost() ? value <= limit.get() : value >= limit.get());
    return new Check(kind.toString(), value, limit, passed, keys);
  }

  /** What was found as one line, such as {@code stale: 50 (at most 0) for example 17, 18}. */
  @Override
  public String toString() {
    CheckKind kind = CheckKind.named(name);
    return name
        + ": "
        + number(value)
        + limit
            .map(l -> " (" + (kind.isMost() ? "at most " : "at least ") + number(l) + ")")
            .orElse("")
        + (sampleKeys.isEmpty() ? "" : ", for example " + String.join(", ", sampleKeys));
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%,.0f", value)
        : String.format(Locale.ROOT, "%.3f", value);
  }
}
