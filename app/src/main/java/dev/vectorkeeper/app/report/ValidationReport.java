package dev.vectorkeeper.app.report;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.verify.Check;
import dev.vectorkeeper.verify.NewestRow;
import dev.vectorkeeper.verify.Validation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A validation as few figures: what is missing, what is too much, whether a search is sensible. */
final class ValidationReport {
  /**
   * What scripts read.
   *
   * @param rows rows that should have a vector
   * @param pending rows that wait to be looked at again
   * @param sampleIds keys of some rows that a check is about, by the check
   * @param searchP95Ms the time in milliseconds that 95 of 100 searches take at most
   */
  private record Summary(
      String source,
      String profile,
      String model,
      int dimensions,
      String at,
      long durationMs,
      boolean passed,
      long rows,
      long embedded,
      long missing,
      long orphan,
      long pending,
      Map<String, Double> checks,
      Map<String, List<String>> sampleIds,
      Optional<Double> searchP95Ms,
      Optional<NewestRow> newest) {}

  private final Validation validation;

  ValidationReport(Validation validation) {
    this.validation = validation;
  }

  Map<String, String> files() {
    return Map.of(
        "emb_validation.json", Json.of(summary()) + "\n", "emb_validation.md", markdown());
  }

  private Summary summary() {
    Map<String, Double> checks = new LinkedHashMap<>();
    Map<String, List<String>> samples = new LinkedHashMap<>();
    for (Check check : validation.report().checks()) {
      checks.put(check.name(), check.value());
      if (!check.sampleKeys().isEmpty()) {
        samples.put(check.name(), check.sampleKeys());
      }
    }
    var report = validation.report();
    var parity = validation.parity();
    return new Summary(
        report.source(),
        report.profile(),
        report.model(),
        report.dimensions(),
        report.at(),
        Math.round(report.seconds() * 1_000),
        report.passed(),
        parity.rows(),
        parity.embedded(),
        parity.missing(),
        parity.orphan(),
        report.pending(),
        checks,
        samples,
        report.search().map(search -> search.percentile(0.95)),
        validation.newest());
  }

  private String markdown() {
    var report = validation.report();
    var parity = validation.parity();
    Markdown text =
        new Markdown()
            .heading(1, "Validation of %s under %s".formatted(report.source(), report.profile()))
            .paragraph(
                "%s, %s with %d dimensions, in %.1f s: %s. verification.md has every check."
                    .formatted(
                        report.at(),
                        report.model(),
                        report.dimensions(),
                        report.seconds(),
                        report.passed() ? "passed" : "failed"))
            .table(
                List.of("rows", "embedded", "missing", "orphan", "waiting"),
                List.of(
                    List.of(
                        Figures.number(parity.rows()),
                        Figures.number(parity.embedded()),
                        Figures.number(parity.missing()),
                        Figures.number(parity.orphan()),
                        Figures.number(report.pending()))));
    validation.newest().ifPresent(newest -> newest(text, newest));
    return text.toString();
  }

  private static void newest(Markdown text, NewestRow newest) {
    text.heading(2, "Nearest to the newest row")
        .paragraph(
            "Row %s, found in %s ms.".formatted(newest.key(), Figures.number(newest.millis())))
        .table(
            List.of("row", "similarity"),
            newest.neighbours().stream()
                .map(near -> List.of(near.key(), Figures.number(near.similarity())))
                .toList());
  }
}
