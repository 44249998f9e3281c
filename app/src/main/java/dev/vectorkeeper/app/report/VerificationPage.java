package dev.vectorkeeper.app.report;

import dev.vectorkeeper.verify.Check;
import dev.vectorkeeper.verify.ThresholdTranslation.Translated;
import dev.vectorkeeper.verify.VerificationReport;
import dev.vectorkeeper.verify.VerificationReport.Histogram;
import dev.vectorkeeper.verify.VerificationReport.SearchReport;
import dev.vectorkeeper.verify.VerificationReport.SpaceComparison;
import java.util.List;
import java.util.stream.Collectors;

/** A verification as one HTML page with charts, which loads nothing from elsewhere. */
final class VerificationPage {
  private static final String PAGE =
      """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>%s</title>
      <style>
      :root { color-scheme: light dark; --ink: #1c2330; --soft: #5b6577; --line: #d5dbe5; --paper: #ffffff; --bar: #3b6fb6; --good: #1e7d43; --bad: #b3261e; --mark: #b3541e; }
      @media (prefers-color-scheme: dark) { :root { --ink: #e6eaf2; --soft: #a4aec0; --line: #3a4353; --paper: #151a22; --bar: #7fa9e6; --good: #6cc48c; --bad: #f2887f; --mark: #f0a46c; } }
      body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
      h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
      .passed { color: var(--good); } .failed { color: var(--bad); }
      table { border-collapse: collapse; width: 100%%; } th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
      td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
      .soft { color: var(--soft); }
      svg { width: 100%%; height: auto; margin: .5rem 0 1rem; }
      svg text { fill: var(--ink); font: 12px system-ui, sans-serif; } svg .title { font-weight: 600; font-size: 13px; } svg .tick { fill: var(--soft); }
      svg .end { text-anchor: end; } svg .middle { text-anchor: middle; } svg .bar { fill: var(--bar); } svg .axis { stroke: var(--line); }
      svg .mark { stroke: var(--mark); stroke-dasharray: 4 3; } svg .marked { fill: var(--mark); }
      </style>
      </head>
      <body>
      %s
      </body>
      </html>
      """;

  private final StringBuilder body = new StringBuilder();

  private VerificationPage() {}

  static String of(VerificationReport report) {
    VerificationPage page = new VerificationPage();
    page.head(report);
    page.checks(report.checks());
    report.search().ifPresent(page::search);
    report.comparison().ifPresent(comparison -> page.comparison(report, comparison));
    String title = "Verification of %s under %s".formatted(report.source(), report.profile());
    return PAGE.formatted(Chart.escaped(title), page.body);
  }

  private void add(String format, Object... values) {
    body.append(format.formatted(values)).append('\n');
  }

  private void head(VerificationReport report) {
    add(
        "<h1>%s under %s: <span class=\"%s\">verification %s</span></h1>",
        Chart.escaped(report.source()),
        Chart.escaped(report.profile()),
        word(report.passed()),
        word(report.passed()));
    add(
        "<p>%,d of %,d rows have a vector; %,d wait to be looked at again. <span class=\"soft\">%s, %,d dimensions; %s, in %.1f s.</span></p>",
        report.vectors(),
        report.rows(),
        report.pending(),
        Chart.escaped(report.model()),
        report.dimensions(),
        report.at(),
        report.seconds());
  }

  private static String word(boolean passed) {
    return passed ? "passed" : "failed";
  }

  private void checks(List<Check> checks) {
    add(
        "<table><thead><tr><th>check</th><th class=\"number\">found</th><th class=\"number\">limit</th><th>passed</th><th>for example</th></tr></thead><tbody>");
    for (Check check : checks) {
      add(
          "<tr><td>%s</td><td class=\"number\">%s</td><td class=\"number\">%s</td><td class=\"%s\">%s</td><td>%s</td></tr>",
          check.name(),
          Figures.number(check.value()),
          Figures.limit(check),
          word(check.passed()),
          check.limit().isEmpty() ? "" : check.passed() ? "yes" : "no",
          Chart.escaped(String.join(", ", check.sampleKeys())));
    }
    add("</tbody></table>");
  }

  private void search(SearchReport search) {
    add("<h2>Search</h2>");
    add(
        "<p>%,d rows searched for with their own vectors, %d neighbours each (seed %d), against an exact scan. Recall %s.</p>",
        search.sample(), search.neighbours(), search.seed(), Figures.interval(search.recall()));
    double slowest = search.millis().get(search.millis().size() - 1);
    add(
        "%s",
        Chart.of(
                "How long a search takes",
                "milliseconds",
                "searches",
                0,
                slowest,
                40,
                search.millis())
            .mark(search.percentile(0.5), "half within %.1f ms".formatted(search.percentile(0.5)))
            .mark(
                search.percentile(0.95), "95 %% within %.1f ms".formatted(search.percentile(0.95)))
            .svg());
    add(
        "%s",
        shares(
                "How many of the nearest rows a search finds",
                search.neighbours(),
                search.recallByRow())
            .svg());
  }

  private static Chart shares(String title, int neighbours, List<Double> shares) {
    return Chart.ofNumbers(
        title,
        "of " + neighbours + " neighbours",
        "rows",
        neighbours,
        shares.stream().map(share -> (int) Math.round(share * neighbours)).toList());
  }

  private void comparison(VerificationReport report, SpaceComparison comparison) {
    String against = comparison.against();
    add("<h2>Compared with %s</h2>", Chart.escaped(against));
    add(
        "<p>Of a row's %d nearest rows, %s are the same in both spaces, by %,d rows (seed %d).</p>",
        comparison.neighbours(),
        Figures.interval(comparison.overlap()),
        comparison.sample(),
        comparison.seed());
    add(
        "%s",
        shares(
                "How many of a row's nearest rows are the same in both spaces",
                comparison.neighbours(),
                comparison.overlapByRow())
            .svg());
    Chart before = similarities(against, comparison.similaritiesBefore());
    Chart now = similarities(report.profile(), comparison.similarities());
    for (Translated translated : comparison.thresholds()) {
      before.mark(
          translated.from(),
          "%s accepts %s"
              .formatted(Figures.number(translated.from()), Figures.percent(translated.share())));
      now.mark(
          translated.to().value(),
          "%s instead of %s"
              .formatted(
                  Figures.number(translated.to().value()), Figures.number(translated.from())));
    }
    add("%s%s", before.svg(), now.svg());
    thresholds(comparison);
  }

  private static Chart similarities(String profile, Histogram spread) {
    return new Chart(
        "How similar rows are to their nearest rows under " + profile,
        "similarity",
        "pairs",
        spread.low(),
        spread.high(),
        spread.counts());
  }

  private void thresholds(SpaceComparison comparison) {
    if (comparison.thresholds().isEmpty()) {
      return;
    }
    String rows =
        comparison.thresholds().stream()
            .map(VerificationPage::threshold)
            .collect(Collectors.joining("\n"));
    add(
        "<table><thead><tr><th class=\"number\">threshold under %s</th><th class=\"number\">share of near pairs</th><th class=\"number\">here</th><th>95 %% interval</th><th>by labelled pairs</th></tr></thead><tbody>%s</tbody></table>",
        Chart.escaped(comparison.against()), rows);
  }

  private static String threshold(Translated translated) {
    return "<tr><td class=\"number\">%s</td><td class=\"number\">%s%s</td><td class=\"number\">%s</td><td>%s to %s</td><td>%s</td></tr>"
        .formatted(
            Figures.number(translated.from()),
            Figures.percent(translated.share()),
            translated.isOutside() ? " (says little)" : "",
            Figures.number(translated.to().value()),
            Figures.number(translated.to().low()),
            Figures.number(translated.to().high()),
            Figures.byPairs(translated));
  }
}
