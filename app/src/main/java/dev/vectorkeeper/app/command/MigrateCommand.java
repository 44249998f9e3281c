package dev.vectorkeeper.app.command;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.app.report.CheckpointFiles;
import dev.vectorkeeper.app.report.ReportFiles;
import dev.vectorkeeper.app.terminal.BackfillWatch;
import dev.vectorkeeper.app.terminal.MigrationText;
import dev.vectorkeeper.app.terminal.VerificationText;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.migrate.Migration;
import dev.vectorkeeper.migrate.MigrationListener;
import dev.vectorkeeper.migrate.MigrationOptions;
import dev.vectorkeeper.migrate.MigrationPlan;
import dev.vectorkeeper.migrate.MigrationState;
import dev.vectorkeeper.migrate.Migrator;
import dev.vectorkeeper.verify.VerificationReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Changes the model of a source as a migration. */
@Command(
    name = "migrate",
    description =
        "Changes the model of a source: a new collection is made beside the old one, filled, indexed and verified, and made"
            + " the active one by one update of one row. The old one is kept in step until it is retired.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(plan|start|run|status|verify|cutover|rollback|retire|abort)",
    footer = {
      "",
      "Exit status: 0 done, 1 refused or failed, 2 wrong use, 3 the plan has something that stops it, 4 verification did not pass.",
      "",
      "Examples:",
      "  vectorkeeper migrate plan articles --to large",
      "  vectorkeeper migrate run articles --to large --until verified --report reports",
      "  vectorkeeper migrate cutover articles",
      "  vectorkeeper migrate rollback articles",
      "  vectorkeeper migrate retire articles --archive articles-small.csv.gz"
    })
final class MigrateCommand implements Runnable {
  private static final int STOPPED = 3;
  private static final int NOT_VERIFIED = 4;

  @ParentCommand private Vk parent;
  @Spec private CommandSpec spec;

  /** What the application is known to do. */
  static final class Application {
    @Option(
        names = "--searches-named",
        description =
            "All searches by the match function name their collection; needed where both models have the same dimensions,"
                + " or where a function of yours cannot answer for both.")
    private boolean searchesNamed;

    @Option(
        names = "--writers-ready",
        description =
            "What writes vectors into the column by itself will write the new model's from the cutover on.")
    private boolean writersReady;

    @Option(
        names = "--into-table",
        description = "Move vectors that are in a column of the source's own table into a table.")
    private boolean intoTable;

    private MigrationOptions over(MigrationOptions options) {
      MigrationOptions named = searchesNamed ? options.withSearchesNamed() : options;
      MigrationOptions ready = writersReady ? named.withWritersReady() : named;
      return intoTable ? ready.withTable() : ready;
    }
  }

  /** What every step takes. */
  static final class Common {
    @Parameters(paramLabel = "SOURCE", description = "The source's name.")
    private String source;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "Name a step: plan, start, run, status, verify, cutover, rollback, retire or abort.");
  }

  @Command(
      name = "plan",
      description =
          "Says what a migration would do and cost, and what stops it; changes nothing. Ends with 3 where something does.",
      mixinStandardHelpOptions = true)
  int plan(
      @Mixin Common common,
      @Mixin Application application,
      @Option(
              names = "--to",
              required = true,
              paramLabel = "PROFILE",
              description = "The new profile.")
          String to) {
    try (Vectorkeeper keeper = parent.context().open()) {
      return planned(keeper, common, to, application);
    }
  }

  private int planned(Vectorkeeper keeper, Common common, String to, Application application) {
    MigrationPlan plan =
        keeper
            .migrator(MigrationListener.NONE)
            .plan(common.source, to, application.over(MigrationOptions.DEFAULT));
    print(common.json ? Json.of(plan) : MigrationText.of(plan));
    return plan.isPossible() ? 0 : STOPPED;
  }

  @Command(
      name = "start",
      description =
          "Plans and makes the new collection; workers fill it. \"run\" goes on from there.",
      mixinStandardHelpOptions = true)
  int start(
      @Mixin Common common,
      @Mixin Application application,
      @Option(
              names = "--to",
              required = true,
              paramLabel = "PROFILE",
              description = "The new profile.")
          String to,
      @Option(names = "--dry-run", description = "Only plan.") boolean dryRun) {
    try (Vectorkeeper keeper = parent.context().open()) {
      if (dryRun) {
        return planned(keeper, common, to, application);
      }
      return told(
          common,
          keeper,
          migrator -> migrator.start(common.source, to, application.over(MigrationOptions.DEFAULT)),
          Optional.empty(),
          Optional.empty());
    }
  }

  @Command(
      name = "run",
      description =
          "Begins a migration, or goes on with the one that is under way, by itself: up to the cutover, or to a gate.",
      mixinStandardHelpOptions = true)
  int run(
      @Mixin Common common,
      @Mixin Application application,
      @Option(
              names = "--to",
              required = true,
              paramLabel = "PROFILE",
              description = "The new profile.")
          String to,
      @Option(
              names = "--until",
              paramLabel = "GATE",
              defaultValue = "cut-over",
              description =
                  "prepared, filled, indexed, verified or cut-over (default: ${DEFAULT-VALUE}).")
          String until,
      @Mixin VerifyOptions verify,
      @Option(
              names = "--checkpoint",
              paramLabel = "DIR",
              description =
                  "Keep .backfill-checkpoint.json and .backfill-failed.json there up to date while it fills.")
          @Nullable Path checkpoint,
      @Option(names = "--force", description = "Go on whatever verification says; journalled.")
          boolean force,
      @Option(names = "--dry-run", description = "Only plan.") boolean dryRun) {
    MigrationState gate =
        MigrationState.gate(until)
            .orElseThrow(
                () ->
                    new ParameterException(
                        spec.commandLine(),
                        "--until is prepared, filled, indexed, verified or cut-over."));
    try (Vectorkeeper keeper = parent.context().open()) {
      if (dryRun) {
        return planned(keeper, common, to, application);
      }
      MigrationOptions options = application.over(options(verify, force));
      return told(
          common,
          keeper,
          migrator -> migrator.run(common.source, to, options, gate),
          verify.report(),
          Optional.ofNullable(checkpoint));
    }
  }

  private static MigrationOptions options(VerifyOptions verify, boolean force) {
    MigrationOptions options =
        MigrationOptions.DEFAULT.withVerification(verify.options(Optional.empty()));
    return force ? options.forced() : options;
  }

  @Command(
      name = "status",
      description =
          "How the last migration stands: its journal, what was planned and what was used, what comes next.",
      mixinStandardHelpOptions = true)
  int status(@Mixin Common common) {
    try (Vectorkeeper keeper = parent.context().open()) {
      var status = keeper.migrator(MigrationListener.NONE).status(common.source);
      print(common.json ? Json.of(status) : MigrationText.of(status));
      return 0;
    }
  }

  @Command(
      name = "verify",
      description =
          "Verifies the new collection against the old one. Ends with 4 where a limit is passed.",
      mixinStandardHelpOptions = true)
  int verify(@Mixin Common common, @Mixin VerifyOptions verify) {
    try (Vectorkeeper keeper = parent.context().open()) {
      VerificationReport report =
          keeper.migrator(MigrationListener.NONE).verify(common.source, options(verify, false));
      print(common.json ? Json.of(report) : VerificationText.of(report));
      verify.report().ifPresent(directory -> ReportFiles.write(directory, report));
      return report.passed() ? 0 : NOT_VERIFIED;
    }
  }

  @Command(
      name = "cutover",
      description = "Makes the new collection the active one, in one transaction.",
      mixinStandardHelpOptions = true)
  int cutover(
      @Mixin Common common,
      @Option(
              names = "--writers-ready",
              description =
                  "What writes vectors into the column by itself writes the new model's from now on.")
          boolean writersReady,
      @Option(
              names = "--within",
              paramLabel = "TIME",
              description = "How old the verification may be, such as 2h (default: 1d).")
          @Nullable String within,
      @Option(names = "--force", description = "Cut over whatever the checks say; journalled.")
          boolean force,
      @Option(names = "--dry-run", description = "Check, and change nothing.") boolean dryRun) {
    MigrationOptions standard = MigrationOptions.DEFAULT;
    MigrationOptions aged =
        standard.withVerifiedWithin(time("--within", within, standard.verifiedWithin()));
    MigrationOptions ready = writersReady ? aged.withWritersReady() : aged;
    MigrationOptions options = force ? ready.forced() : ready;
    return moved(common, dryRun, migrator -> migrator.cutover(common.source, options, dryRun));
  }

  @Command(
      name = "rollback",
      description =
          "Makes the old collection the active one again, in one transaction; it was kept in step, so that nothing is embedded.",
      mixinStandardHelpOptions = true)
  int rollback(
      @Mixin Common common,
      @Option(names = "--dry-run", description = "Check, and change nothing.") boolean dryRun) {
    return moved(
        common,
        dryRun,
        migrator -> migrator.rollback(common.source, MigrationOptions.DEFAULT, dryRun));
  }

  @Command(
      name = "retire",
      description =
          "Drops the old collection, some time after the cutover and when nobody searches it any more.",
      mixinStandardHelpOptions = true)
  int retire(
      @Mixin Common common,
      @Option(
              names = "--after",
              paramLabel = "TIME",
              description = "How long after the cutover it is kept at least (default: 7d).")
          @Nullable String after,
      @Option(
              names = "--unread",
              paramLabel = "TIME",
              description = "How long nobody may have searched it (default: 1h).")
          @Nullable String unread,
      @Option(
              names = "--archive",
              paramLabel = "FILE",
              description = "Write the old vectors there first, as compressed CSV.")
          @Nullable Path archive,
      @Option(names = "--force", description = "Drop it now; journalled.") boolean force,
      @Option(names = "--dry-run", description = "Check, and change nothing.") boolean dryRun) {
    MigrationOptions standard = MigrationOptions.DEFAULT;
    MigrationOptions kept =
        standard.withRetirement(
            time("--after", after, standard.retireAfter()),
            time("--unread", unread, standard.unreadFor()),
            Optional.ofNullable(archive));
    MigrationOptions options = force ? kept.forced() : kept;
    return moved(common, dryRun, migrator -> migrator.retire(common.source, options, dryRun));
  }

  @Command(
      name = "abort",
      description = "Gives a migration up before its cutover: drops the new collection.",
      mixinStandardHelpOptions = true)
  int abort(
      @Mixin Common common,
      @Option(names = "--dry-run", description = "Check, and change nothing.") boolean dryRun) {
    return moved(
        common,
        dryRun,
        migrator -> migrator.abort(common.source, MigrationOptions.DEFAULT, dryRun));
  }

  private Duration time(String option, @Nullable String text, Duration standard) {
    if (text == null) {
      return standard;
    }
    if (!text.matches("\\d{1,6}[smhd]")) {
      throw new ParameterException(
          spec.commandLine(), "%s is a time such as 30s, 90m, 2h or 7d.".formatted(option));
    }
    long amount = Long.parseLong(text.substring(0, text.length() - 1));
    return switch (text.charAt(text.length() - 1)) {
      case 's' -> Duration.ofSeconds(amount);
      case 'm' -> Duration.ofMinutes(amount);
      case 'h' -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }

  private int moved(Common common, boolean dryRun, Function<Migrator, Migration> step) {
    try (Vectorkeeper keeper = parent.context().open()) {
      if (dryRun) {
        Migration migration = step.apply(keeper.migrator(MigrationListener.NONE));
        print(
            common.json
                ? Json.of(migration)
                : "The migration of %s is %s; this step can be done."
                    .formatted(migration, migration.state()));
        return 0;
      }
      return told(common, keeper, step, Optional.empty(), Optional.empty());
    }
  }

  private int told(
      Common common,
      Vectorkeeper keeper,
      Function<Migrator, Migration> step,
      Optional<Path> report,
      Optional<Path> checkpoint) {
    Migrator migrator = keeper.migrator(new Told(keeper, common.json, report, checkpoint));
    try {
      Migration migration = step.apply(migrator);
      if (common.json) {
        print(Json.of(migrator.status(migration.source())));
      } else {
        print(MigrationText.summary(migrator.status(migration.source())));
      }
      return 0;
    } catch (VectorkeeperException e) {
      if (e.code().equals("VK-M03") || e.code().equals("VK-M04")) {
        spec.commandLine().getErr().println("vectorkeeper: " + e.code() + " " + e.getMessage());
        spec.commandLine().getErr().flush();
        return e.code().equals("VK-M03") ? STOPPED : NOT_VERIFIED;
      }
      throw e;
    }
  }

  private void print(String text) {
    spec.commandLine().getOut().println(text);
    spec.commandLine().getOut().flush();
  }

  /** Says what happens as it happens, beside what is printed at the end. */
  private final class Told implements MigrationListener {
    private final Vectorkeeper keeper;
    private final boolean json;
    private final Optional<Path> report;
    private final Optional<Path> checkpoint;

    Told(Vectorkeeper keeper, boolean json, Optional<Path> report, Optional<Path> checkpoint) {
      this.keeper = keeper;
      this.json = json;
      this.report = report;
      this.checkpoint = checkpoint;
    }

    private PrintWriter err() {
      return spec.commandLine().getErr();
    }

    @Override
    public void reached(Migration migration, String done) {
      if (!json) {
        err().println(MigrationText.reached(migration, done));
        err().flush();
      }
    }

    @Override
    public AutoCloseable filling(List<Collection> collections) {
      BackfillWatch watch = BackfillWatch.start(keeper.database(), collections, err(), !json);
      if (checkpoint.isEmpty()) {
        return watch;
      }
      CheckpointFiles files =
          CheckpointFiles.start(keeper.database(), collections, checkpoint.get());
      return () -> {
        files.close();
        watch.close();
      };
    }

    @Override
    public void verified(VerificationReport found) {
      if (!json) {
        err().println(VerificationText.of(found));
        err().flush();
      }
      report.ifPresent(directory -> ReportFiles.write(directory, found));
    }
  }
}
