package dev.vectorkeeper.bench;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Measured lines as a Markdown table. */
final class Report {
  private static final String HEAD =
      """
      | line | measured | ours | other | ratio | required | met |
      |---|---|---|---|---|---|---|
      """;

  private Report() {}

  static String markdown(List<BenchLine> lines) {
    return lines.stream().map(Report::row).collect(Collectors.joining("\n", HEAD, "\n"));
  }

  private static String row(BenchLine line) {
    return String.join(
        " | ",
        "| " + line.id(),
        line.what(),
        line.ours(),
        line.other(),
        ratio(line.ratio()),
        line.bound(),
        line.verdict() + " |");
  }

  /** A ratio that is next to one needs its decimals. */
  private static String ratio(double ratio) {
    return String.format(Locale.ROOT, ratio > 0.999 && ratio < 1 ? "%.7f" : "%.2f", ratio);
  }
}
