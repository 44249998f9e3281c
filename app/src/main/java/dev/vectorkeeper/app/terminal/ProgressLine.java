package dev.vectorkeeper.app.terminal;

import dev.vectorkeeper.backfill.Progress;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/**
 * A progress bar on one line of a terminal: done, rate, time left. Where the output is no terminal,
 * a plain line now and then.
 */
public final class ProgressLine {
  private static final int WIDTH = 30;
  private static final long PLAIN_EVERY_NANOS = Duration.ofSeconds(10).toNanos();

  private final PrintWriter out;
  private final boolean terminal;
  private final String name;
  private long lastPlain = System.nanoTime();

  /**
   * A progress bar.
   *
   * @param terminal whether the line may be drawn over
   * @param name what is under way
   */
  public ProgressLine(PrintWriter out, boolean terminal, String name) {
    this.out = out;
    this.terminal = terminal;
    this.name = name;
  }

  /** Shows how far it is. */
  public void show(Progress progress) {
    if (terminal) {
      out.print("\r\u001b[2K" + text(progress));
      out.flush();
    } else if (System.nanoTime() - lastPlain > PLAIN_EVERY_NANOS) {
      lastPlain = System.nanoTime();
      out.println(text(progress));
      out.flush();
    }
  }

  /** Shows how far the build of an index is, on a terminal. */
  void index(double share) {
    if (terminal) {
      int full = (int) Math.round(share * WIDTH);
      out.print(
          String.format(
              Locale.ROOT,
              "\r\u001b[2K%s [%s%s] %3d%%  of the index",
              name,
              "█".repeat(full),
              "·".repeat(WIDTH - full),
              (int) (share * 100)));
      out.print(share >= 1 ? System.lineSeparator() : "\r");
      out.flush();
    }
  }

  /** Shows the end and leaves the line standing. */
  public void end(Progress progress) {
    out.println((terminal ? "\r\u001b[2K" : "") + text(progress));
    out.flush();
  }

  private String text(Progress progress) {
    long total = Math.max(progress.rowsExpected(), progress.rowsDone());
    double share = total == 0 ? 1 : (double) progress.rowsDone() / total;
    int full = (int) Math.round(share * WIDTH);
    String left =
        progress.isRunning() && progress.rate() > 0
            ? " " + time((long) ((total - progress.rowsDone()) / progress.rate())) + " left"
            : " in " + time((long) progress.seconds());
    return String.format(
        Locale.ROOT,
        "%s [%s%s] %3d%%  %,d of %,d rows, %,.0f rows/s,%s%s",
        name,
        "█".repeat(full),
        "·".repeat(WIDTH - full),
        (int) (share * 100),
        progress.rowsDone(),
        total,
        progress.rate(),
        left,
        used(progress)
            + progress
                .slowedWhy()
                .filter(why -> progress.isRunning())
                .map(why -> ", slowed down: " + why)
                .orElse(""));
  }

  private static String used(Progress progress) {
    var usage = progress.result().usage();
    String budget =
        progress
            .budgetUsd()
            .map(usd -> String.format(Locale.ROOT, " of %s", usd.toPlainString()))
            .orElse("");
    String tokens =
        usage.tokens() == 0 ? "" : String.format(Locale.ROOT, ", %,d tokens", usage.tokens());
    return usage.usd().signum() == 0 && budget.isEmpty()
        ? tokens
        : tokens + String.format(Locale.ROOT, ", %.4f%s USD", usage.usd(), budget);
  }

  static String time(long seconds) {
    return seconds < 100
        ? seconds + " s"
        : seconds < 6000
            ? seconds / 60 + " min"
            : seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
  }
}
