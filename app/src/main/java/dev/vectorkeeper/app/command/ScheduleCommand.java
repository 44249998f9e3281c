package dev.vectorkeeper.app.command;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.app.report.ReportFiles;
import dev.vectorkeeper.app.report.SchedulesReport;
import dev.vectorkeeper.app.report.SyncTest;
import dev.vectorkeeper.app.terminal.Table;
import dev.vectorkeeper.run.RunResult;
import dev.vectorkeeper.schedule.ScheduleRun;
import dev.vectorkeeper.schedule.ScheduleStatus;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Shows, holds and runs schedules. */
@Command(
    name = "schedule",
    description =
        "Shows, holds and runs schedules. They are declared in the file and begun by \"vectorkeeper serve\", once in the"
            + " whole fleet.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(list | enable | disable | run | history | remove)",
    footer = {
      "",
      "Examples:",
      "  vectorkeeper schedule list",
      "  vectorkeeper schedule enable media-openai",
      "  vectorkeeper schedule run events-sync",
      "  vectorkeeper schedule run events-sync --report reports",
      "  vectorkeeper schedule history events-sync --limit 5"
    })
final class ScheduleCommand implements Runnable {
  @ParentCommand private Vk parent;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "Say list, enable, disable, run, history or remove.");
  }

  @Command(
      name = "list",
      description = "The schedules with their last run and next time.",
      mixinStandardHelpOptions = true)
  int list(
      @Option(
              names = "--report",
              paramLabel = "DIR",
              description = "Write emb_sync_schedule.md there: what runs when, and what does it.")
          @Nullable Path report,
      @Option(names = "--json", description = "Print JSON.") boolean json) {
    try (Vectorkeeper keeper = parent.context().open()) {
      List<ScheduleStatus> schedules = keeper.schedules().list();
      if (report != null) {
        ReportFiles.write(report, SchedulesReport.of(keeper));
      }
      if (json) {
        say(Json.of(schedules));
      } else if (schedules.isEmpty()) {
        say("No schedules. Declare them under schedules and run \"vectorkeeper apply\".");
      } else {
        Table table =
            new Table("NAME", "WHEN", "ZONE", "WHAT", "WITH", "ENABLED", "NEXT", "LAST", "OUTCOME");
        schedules.forEach(
            s ->
                table.row(
                    s.name(),
                    s.cron(),
                    s.timeZone(),
                    s.operation() + " " + s.source(),
                    s.arguments(),
                    s.enabled() ? "yes" : "no",
                    s.nextAt().map(ScheduleCommand::time).orElse("-"),
                    s.last().map(run -> time(run.startedAt())).orElse("-"),
                    s.last().map(ScheduleRun::outcome).orElse("-")));
        say(table.toString().stripTrailing());
      }
      return 0;
    }
  }

  private static String time(Instant at) {
    return at.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  @Command(
      name = "enable",
      description = "Lets its runs begin by themselves.",
      mixinStandardHelpOptions = true)
  int enable(@Parameters(paramLabel = "NAME", description = "Its name.") String name) {
    return enable(name, true);
  }

  @Command(
      name = "disable",
      description = "Lets none begin any more.",
      mixinStandardHelpOptions = true)
  int disable(@Parameters(paramLabel = "NAME", description = "Its name.") String name) {
    return enable(name, false);
  }

  private int enable(String name, boolean enabled) {
    try (Vectorkeeper keeper = parent.context().open()) {
      boolean changed = keeper.schedules().enable(name, enabled);
      say(
          "The schedule %s %s %s."
              .formatted(name, changed ? "is" : "was already", enabled ? "enabled" : "disabled"));
      return 0;
    }
  }

  @Command(
      name = "run",
      description = "Does its work now, in this process, whether it is enabled or not.",
      mixinStandardHelpOptions = true)
  int runNow(
      @Parameters(paramLabel = "NAME", description = "Its name.") String name,
      @Option(
              names = "--report",
              paramLabel = "DIR",
              description =
                  "Write emb_sync_test.json there, with rows and vectors before and after it, and emb_sync_schedule.md.")
          @Nullable Path report,
      @Option(names = "--json", description = "Print JSON.") boolean json) {
    try (Vectorkeeper keeper = parent.context().open()) {
      RunResult result;
      if (report == null) {
        result = runNow(keeper, name);
      } else {
        SyncTest test = SyncTest.of(keeper, name, () -> runNow(keeper, name));
        ReportFiles.write(report, test);
        ReportFiles.write(report, SchedulesReport.of(keeper));
        result = test.result();
      }
      say(json ? Json.of(result) : result.toString());
      return result.failed() == 0 ? 0 : 1;
    }
  }

  private static RunResult runNow(Vectorkeeper keeper, String name) {
    return keeper
        .scheduleRuns()
        .runNow(
            name,
            "command/" + ProcessHandle.current().pid(),
            request -> keeper.runs().run(request, () -> false));
  }

  @Command(
      name = "history",
      description = "Its last runs, the newest first.",
      mixinStandardHelpOptions = true)
  int history(
      @Parameters(paramLabel = "NAME", description = "Its name.") String name,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "20",
              description = "How many at most (default: 20).")
          int limit,
      @Option(names = "--json", description = "Print JSON.") boolean json) {
    try (Vectorkeeper keeper = parent.context().open()) {
      List<ScheduleRun> runs = keeper.scheduleRuns().history(name, Math.max(1, limit));
      if (json) {
        say(Json.of(runs));
      } else if (runs.isEmpty()) {
        say("It has not run yet.");
      } else {
        Table table = new Table("DUE", "STARTED", "FINISHED", "OUTCOME", "BY", "RESULT");
        runs.forEach(
            run ->
                table.row(
                    run.byHand() ? "by hand" : time(run.dueAt()),
                    time(run.startedAt()),
                    run.finishedAt().map(ScheduleCommand::time).orElse("-"),
                    run.outcome(),
                    run.server(),
                    run.errorCode()
                        .map(code -> code + " " + run.errorMessage().orElse(""))
                        .orElse(run.result() == null ? "-" : run.result())));
        say(table.toString().stripTrailing());
      }
      return 0;
    }
  }

  @Command(
      name = "remove",
      description = "Removes one that the file no longer declares, and its history.",
      mixinStandardHelpOptions = true)
  int remove(@Parameters(paramLabel = "NAME", description = "Its name.") String name) {
    try (Vectorkeeper keeper = parent.context().open()) {
      keeper.schedules().remove(name);
      say("The schedule " + name + " is removed.");
      return 0;
    }
  }

  private void say(String line) {
    spec.commandLine().getOut().println(line);
    spec.commandLine().getOut().flush();
  }
}
