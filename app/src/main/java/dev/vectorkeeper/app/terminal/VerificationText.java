package dev.vectorkeeper.app.terminal;

import dev.vectorkeeper.verify.Check;
import dev.vectorkeeper.verify.ThresholdTranslation.Translated;
import dev.vectorkeeper.verify.VerificationReport;
import java.util.Locale;

/** What a verification found, for a terminal. */
public final class VerificationText {
  private VerificationText() {}

  /** The report as text. */
  public static String of(VerificationReport report) {
    Table table = new Table("", "CHECK", "FOUND", "FOR EXAMPLE");
    for (Check check : report.checks()) {
      String found = check.toString().substring(check.name().length() + 2);
      int keys = found.indexOf(", for example ");
      table.row(
          check.limit().isEmpty() ? "·" : check.passed() ? "✓" : "✗",
          check.name(),
          keys < 0 ? found : found.substring(0, keys),
          String.join(", ", check.sampleKeys()));
    }
    StringBuilder text = new StringBuilder(table.toString());
    report
        .comparison()
        .ifPresent(
            comparison ->
                comparison.thresholds().stream()
                    .map(translated -> sentence(comparison.against(), report.profile(), translated))
                    .forEach(line -> text.append(line).append(System.lineSeparator())));
    return text.append(
            String.format(
                Locale.ROOT,
                "%s/%s %s: %,d of %,d rows have a vector, %,d wait.",
                report.source(),
                report.profile(),
                report.passed() ? "passed" : "did not pass",
                report.vectors(),
                report.rows(),
                report.pending()))
        .toString();
  }

  private static String sentence(String against, String profile, Translated translated) {
    return String.format(
        Locale.ROOT,
        "A threshold of %.3f under %s, which accepts %.1f %% of near pairs, is %.3f (%.3f to %.3f) under %s%s.%s",
        translated.from(),
        against,
        translated.share() * 100,
        translated.to().value(),
        translated.to().low(),
        translated.to().high(),
        profile,
        translated.isOutside() ? "; that says little" : "",
        translated
            .byPairs()
            .map(
                by ->
                    String.format(
                        Locale.ROOT,
                        " By %d labelled pairs it is %.3f, with an F1 of %.3f (%.3f before).",
                        by.pairs(),
                        by.to(),
                        by.f1(),
                        by.f1Before()))
            .orElse(""));
  }
}
