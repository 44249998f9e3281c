package dev.vectorkeeper.app.terminal;

import dev.vectorkeeper.backfill.Estimate;
import java.util.List;
import java.util.Locale;

/** What backfills would do and cost, for people. */
public final class EstimateText {
  private EstimateText() {}

  /** A table, a line a collection, and what its figures rest on. */
  public static String of(List<Estimate> estimates) {
    Table table =
        new Table("COLLECTION", "ROWS", "TEXTS", "TOKENS", "USD", "VECTORS", "INDEX", "TIME");
    StringBuilder notes = new StringBuilder();
    for (Estimate estimate : estimates) {
      table.row(
          estimate.source() + "/" + estimate.profile(),
          number(estimate.rows()),
          number(estimate.texts()),
          (estimate.exactTokens() && estimate.sampled() >= estimate.texts() ? "" : "~")
              + number(estimate.tokens()),
          estimate.usd().map(usd -> String.format(Locale.ROOT, "%.4f", usd)).orElse("not known"),
          bytes(estimate.tableBytes()),
          bytes(estimate.indexBytes()),
          estimate.time().map(time -> ProgressLine.time(time.toSeconds())).orElse("no limit set"));
      if (estimate.sampled() < estimate.texts()) {
        notes.append(
            String.format(
                Locale.ROOT,
                "The tokens of %s/%s are counted on %,d of its texts, by their length on the others.%n",
                estimate.source(),
                estimate.profile(),
                estimate.sampled()));
      }
      if (!estimate.exactTokens()) {
        notes.append(
            String.format(
                Locale.ROOT,
                "The tokenizer of %s is not at hand; its tokens are estimated.%n",
                estimate.profile()));
      }
    }
    return table + notes.toString();
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  private static String bytes(long bytes) {
    return bytes < 10_000_000
        ? String.format(Locale.ROOT, "%,d kB", bytes / 1_000)
        : String.format(Locale.ROOT, "%,d MB", bytes / 1_000_000);
  }
}
