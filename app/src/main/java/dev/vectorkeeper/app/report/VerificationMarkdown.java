package dev.vectorkeeper.app.report;

import dev.vectorkeeper.verify.Check;
import dev.vectorkeeper.verify.ThresholdTranslation.Translated;
import dev.vectorkeeper.verify.VerificationReport;
import dev.vectorkeeper.verify.VerificationReport.SearchReport;
import dev.vectorkeeper.verify.VerificationReport.SpaceComparison;

/** A verification as Markdown, for a pull request or a ticket. */
final class VerificationMarkdown {
  private final StringBuilder out = new StringBuilder();

  private VerificationMarkdown() {}

  static String of(VerificationReport report) {
    VerificationMarkdown text = new VerificationMarkdown();
    text.head(report);
    text.checks(report);
    report.search().ifPresent(text::search);
    report.comparison().ifPresent(text::comparison);
    return text.out.toString();
  }

  private void line(String format, Object... values) {
    out.append(format.formatted(values)).append('\n');
  }

  private void head(VerificationReport report) {
    line(
        "# Verification of %s under %s: %s",
        report.source(), report.profile(), word(report.passed()));
    line("");
    line(
        "%s, %s, %,d dimensions, in %.1f s. %,d of %,d rows have a vector; %,d wait to be looked at again.",
        report.at(),
        report.model(),
        report.dimensions(),
        report.seconds(),
        report.vectors(),
        report.rows(),
        report.pending());
    line("");
  }

  private static String word(boolean passed) {
    return passed ? "passed" : "failed";
  }

  private void checks(VerificationReport report) {
    line("| check | found | limit | passed | for example |");
    line("|---|---:|---:|---|---|");
    for (Check check : report.checks()) {
      line(
          "| %s | %s | %s | %s | %s |",
          check.name(),
          Figures.number(check.value()),
          Figures.limit(check),
          check.limit().isEmpty() ? "" : check.passed() ? "yes" : "**no**",
          String.join(", ", check.sampleKeys()).replace("|", "\\|"));
    }
    line("");
  }

  private void search(SearchReport search) {
    line("## Search");
    line("");
    line(
        "%,d searches for %d neighbours (seed %d): recall %s, half of them within %.1f ms, 95 %% within %.1f ms.",
        search.sample(),
        search.neighbours(),
        search.seed(),
        Figures.interval(search.recall()),
        search.percentile(0.5),
        search.percentile(0.95));
    line("");
  }

  private void comparison(SpaceComparison comparison) {
    line("## Compared with %s", comparison.against());
    line("");
    line(
        "Of a row's %d nearest rows, %s are the same in both spaces, by %,d rows (seed %d).",
        comparison.neighbours(),
        Figures.interval(comparison.overlap()),
        comparison.sample(),
        comparison.seed());
    line("");
    if (!comparison.thresholds().isEmpty()) {
      line(
          "| threshold under %s | share of near pairs | here | 95 %% interval | by labelled pairs |",
          comparison.against());
      line("|---:|---:|---:|---|---|");
      comparison.thresholds().forEach(this::threshold);
      line("");
    }
  }

  private void threshold(Translated translated) {
    line(
        "| %s | %s%s | %s | %s to %s | %s |",
        Figures.number(translated.from()),
        Figures.percent(translated.share()),
        translated.isOutside() ? " (says little)" : "",
        Figures.number(translated.to().value()),
        Figures.number(translated.to().low()),
        Figures.number(translated.to().high()),
        Figures.byPairs(translated));
  }
}
