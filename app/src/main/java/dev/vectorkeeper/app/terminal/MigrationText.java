package dev.vectorkeeper.app.terminal;

import dev.vectorkeeper.backfill.Progress;
import dev.vectorkeeper.migrate.Finding;
import dev.vectorkeeper.migrate.Migration;
import dev.vectorkeeper.migrate.MigrationPlan;
import dev.vectorkeeper.migrate.MigrationStatus;
import dev.vectorkeeper.queue.BatchResult;
import dev.vectorkeeper.status.CollectionStatus;
import java.util.Locale;
import java.util.Optional;

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
      text.append(line(mark, finding.number() + ".", finding.topic(), finding.sentence()))
          .append(LINE);
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

  private static String line(String mark, String number, String topic, String sentence) {
    return String.format(Locale.ROOT, "%s %3s %-11s %s", mark, number, topic, sentence);
  }

  /** One line when a state is reached, with the number that its step has in the plan. */
  public static String reached(Migration migration, String done) {
    String number =
        switch (migration.state()) {
          case PREPARED -> "1.";
          case INDEXING -> "2.";
          case VERIFYING -> "3.";
          case READY -> "4.";
          case CUT_OVER -> "5.";
          case ROLLED_BACK -> "6.";
          default -> "";
        };
    String state = migration.state().toString();
    return line("✓", number, state, done.equals(state) ? "" : done).stripTrailing();
  }

  /** What there is now, in a few lines, and what can be done next. */
  public static String summary(MigrationStatus status) {
    StringBuilder text = new StringBuilder();
    status
        .collection()
        .ifPresent(
            collection ->
                text.append(rows(collection))
                    .append(LINE)
                    .append(
                        status.used().map(used -> used(used, status.bytes()) + LINE).orElse("")));
    return text.append(next(status)).toString();
  }

  private static String rows(CollectionStatus collection) {
    var rows = collection.rows();
    return "%s/%s: %s rows have a text, %s of them a vector of %s dimensions, %s have none; %s wait, %s failed."
        .formatted(
            collection.source(),
            collection.profile(),
            number(rows.eligible()),
            number(Math.min(rows.eligible(), rows.embedded())),
            number(collection.dimensions()),
            number(Math.max(0, rows.eligible() - rows.embedded())),
            number(collection.queue().waiting()),
            number(collection.queue().dead()));
  }

  private static String used(BatchResult used, long bytes) {
    return "That took %s rows embedded, %s tokens, %s US dollars and %s bytes."
        .formatted(
            number(used.embedded()), number(used.usage().tokens()), usd(used), number(bytes));
  }

  private static String next(MigrationStatus status) {
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
    status.used().ifPresent(used -> text.append(LINE).append(cost(status, used)));
    status.collection().ifPresent(collection -> text.append(LINE).append(rows(collection)));
    return text.append(LINE).append(next(status)).toString();
  }

  /** Beside the plan what the filling took, and that with the changes that came since. */
  private static Table cost(MigrationStatus status, BatchResult all) {
    Optional<BatchResult> filling =
        status.collection().flatMap(CollectionStatus::backfill).map(Progress::result);
    Table cost = new Table("", "PLANNED", "FILLING", "WITH CHANGES SINCE");
    cost.row(
        "rows embedded",
        planned(status, MigrationStatus.Planned::rows),
        filling.map(used -> number(used.embedded())).orElse("?"),
        number(all.embedded()));
    cost.row(
        "tokens",
        planned(status, MigrationStatus.Planned::tokens),
        filling.map(used -> number(used.usage().tokens())).orElse("?"),
        number(all.usage().tokens()));
    cost.row(
        "US dollars",
        status
            .planned()
            .flatMap(MigrationStatus.Planned::usd)
            .map(usd -> String.format(Locale.ROOT, "%.4f", usd))
            .orElse("?"),
        filling.map(MigrationText::usd).orElse("?"),
        usd(all));
    cost.row("bytes", planned(status, MigrationStatus.Planned::bytes), "", number(status.bytes()));
    return cost;
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
