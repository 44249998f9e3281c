package dev.vectorkeeper.app.terminal;

import dev.vectorkeeper.migrate.Finding;
import dev.vectorkeeper.migrate.Migration;
import dev.vectorkeeper.migrate.MigrationPlan;
import dev.vectorkeeper.migrate.MigrationStatus;
import dev.vectorkeeper.queue.BatchResult;
import java.util.Locale;

/** Migrations for a terminal. */
public final class MigrationText {
  private static final String LINE = System.lineSeparator();

  private MigrationText() {}

  /** A plan: what was found, numbered, then the steps. */
  public static String of(MigrationPlan plan) {
    StringBuilder text =
        new StringBuilder(
            "Migration of %s from %s to %s%s"
                .formatted(plan.source(), plan.from(), plan.to(), LINE));
    for (Finding finding : plan.findings()) {
      String mark =
          switch (finding.level()) {
            case OK -> "✓";
            case WARNING -> "!";
            case STOP -> "✗";
          };
      text.append(
          String.format(
              Locale.ROOT,
              "%s %2d. %-10s  %s%s",
              mark,
              finding.number(),
              finding.topic(),
              finding.sentence(),
              LINE));
    }
    if (!plan.isPossible()) {
      long stops = plan.stops().size();
      return text.append(
              stops == 1
                  ? "One thing stops it (✗). Nothing was changed."
                  : stops + " things stop it (✗). Nothing was changed.")
          .toString();
    }
    text.append("Steps:").append(LINE);
    int number = 0;
    for (String step : plan.steps()) {
      text.append(String.format(Locale.ROOT, "  %d. %s%s", ++number, step, LINE));
    }
    return text.append(
            "Nothing was changed. Begin with \"vectorkeeper migrate run %s --to %s\"."
                .formatted(plan.source(), plan.to()))
        .toString();
  }

  /** One line when a state is reached. */
  public static String reached(Migration migration) {
    return "%s: %s".formatted(migration, migration.state());
  }

  /** What can be done next. */
  public static String next(MigrationStatus status) {
    return "The migration of %s is %s.%s"
        .formatted(
            status.migration(),
            status.migration().state(),
            status.next().isEmpty() ? "" : " Next: " + String.join(", or ", status.next()) + ".");
  }

  /** How a migration stands. */
  public static String of(MigrationStatus status) {
    Table journal = new Table("AT", "STATE", "WHAT", "WHO");
    for (MigrationStatus.Entry entry : status.journal()) {
      journal.row(
          entry.at().toString().substring(0, 19) + "Z", entry.state(), entry.note(), entry.who());
    }
    StringBuilder text = new StringBuilder(journal.toString());
    Table cost = new Table("", "PLANNED", "USED");
    status
        .used()
        .ifPresent(
            used -> {
              cost.row(
                  "rows embedded",
                  planned(status, MigrationStatus.Planned::rows),
                  number(used.embedded()));
              cost.row(
                  "tokens",
                  planned(status, MigrationStatus.Planned::tokens),
                  number(used.usage().tokens()));
              cost.row(
                  "US dollars",
                  status
                      .planned()
                      .flatMap(MigrationStatus.Planned::usd)
                      .map(usd -> String.format(Locale.ROOT, "%.4f", usd))
                      .orElse("?"),
                  usd(used));
              cost.row(
                  "bytes", planned(status, MigrationStatus.Planned::bytes), number(status.bytes()));
              text.append(LINE).append(cost);
            });
    return text.append(LINE).append(next(status)).toString();
  }

  private static String usd(BatchResult used) {
    return String.format(Locale.ROOT, "%.4f", used.usage().usd());
  }

  private static String planned(
      MigrationStatus status, java.util.function.ToLongFunction<MigrationStatus.Planned> figure) {
    return status.planned().map(p -> number(figure.applyAsLong(p))).orElse("?");
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
