package dev.vectorkeeper.app.command;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.declare.Apply;
import java.io.Console;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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
      "  vectorkeeper apply --yes       change it without asking"
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

  @Option(names = "--json", description = "Print JSON; implies --yes unless --dry-run is given.")
  private boolean json;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try (Vectorkeeper keeper = parent.context().open()) {
      Apply.Plan plan = keeper.plan();
      if (!json) {
        print(out, plan);
      }
      boolean apply = !plan.isEmpty() && !dryRun && (yes || json || confirmed(out));
      if (apply) {
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

  private static void print(PrintWriter out, Apply.Plan plan) {
    plan.notes().forEach(note -> out.println("Note: " + note));
    if (plan.isEmpty()) {
      out.println("Everything is as the file declares; nothing to change.");
      return;
    }
    out.println("This will:");
    plan.changes().forEach(change -> out.println("  - " + change));
    out.flush();
  }

  private static boolean confirmed(PrintWriter out) {
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
