package dev.vectorkeeper.app.command;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.app.report.ApplyReport;
import dev.vectorkeeper.app.report.ReportFiles;
import dev.vectorkeeper.declare.Apply;
import java.io.Console;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Makes true in the database what the file declares. */
@Command(
    name = "apply",
    description =
        "Makes true in the database what the file declares; says first what that will change.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  vectorkeeper apply --dry-run   say what would change",
      "  vectorkeeper apply --yes       change it without asking",
      "  vectorkeeper apply --yes --report reports   and keep the SQL that was run"
    })
final class ApplyCommand implements Callable<Integer> {
  /** What scripts read of an apply. */
  record Result(boolean applied, List<String> changes, List<String> notes) {}

  @ParentCommand private Vk parent;
  @Spec private CommandSpec spec;

  @Option(names = "--dry-run", description = "Say what would change, and change nothing.")
  private boolean dryRun;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  private boolean yes;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description =
          "Write emb_table_create.sql and .md there: what was run, and how the tables of vectors stand.")
  private @Nullable Path report;

  @Option(names = "--json", description = "Print JSON; implies --yes unless --dry-run is given.")
  private boolean json;

  @Override
  public Integer call() {
    if (dryRun && report != null) {
      throw new ParameterException(
          spec.commandLine(),
          "--report tells what was run, and with --dry-run nothing is. \"vectorkeeper sql apply\" prints what would be.");
    }
    PrintWriter out = spec.commandLine().getOut();
    try (Vectorkeeper keeper = parent.context().open()) {
      Apply.Plan plan = keeper.plan();
      if (!json) {
        print(out, plan);
      }
      boolean apply = !plan.isEmpty() && !dryRun && (yes || json || confirmed(out));
      if (report != null && (apply || plan.isEmpty())) {
        ReportFiles.write(report, ApplyReport.of(keeper, keeper.applyRecorded()));
      } else if (apply) {
        keeper.apply();
      }
      if (json) {
        out.println(Json.of(new Result(apply, plan.changes(), plan.notes())));
      } else if (apply) {
        out.println(
            "Done. \"vectorkeeper worker\" embeds and keeps in step; \"vectorkeeper status\" shows how far it is.");
      }
      return plan.isEmpty() || apply || dryRun ? 0 : 1;
    }
  }

  static void print(PrintWriter out, Apply.Plan plan) {
    plan.notes().forEach(note -> out.println("Note: " + note));
    if (plan.isEmpty()) {
      out.println("Everything is as the file declares; nothing to change.");
      return;
    }
    out.println("This will:");
    plan.changes().forEach(change -> out.println("  - " + change));
    out.flush();
  }

  static boolean confirmed(PrintWriter out) {
    Console console = System.console();
    if (console == null || !Terminals.isTerminal()) {
      out.println("Nothing was changed. Run it on a terminal to be asked, or with --yes.");
      return false;
    }
    String answer = console.readLine("Go on? [y/N] ");
    boolean yes = answer != null && answer.trim().toLowerCase(Locale.ROOT).startsWith("y");
    if (!yes) {
      out.println("Nothing was changed.");
    }
    return yes;
  }
}
