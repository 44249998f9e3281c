package dev.vectorkeeper.app.command;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.doctor.Diagnosis;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Looks for what is wrong or soon will be. */
@Command(
    name = "doctor",
    description = "Looks for what is wrong or soon will be, and says what to do. Changes nothing.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example:",
      "  vectorkeeper doctor",
      "",
      "Exit status 1 when there is a problem, 0 when there are warnings only."
    })
final class DoctorCommand implements Callable<Integer> {
  @ParentCommand private Vk parent;
  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    try (Vectorkeeper keeper = parent.context().open()) {
      List<Diagnosis> found = keeper.doctor().examine();
      if (json) {
        spec.commandLine().getOut().println(Json.of(found));
      } else {
        found.forEach(d -> spec.commandLine().getOut().println(mark(d) + d.sentence()));
      }
      spec.commandLine().getOut().flush();
      return found.stream().anyMatch(d -> d.level() == Diagnosis.Level.PROBLEM) ? 1 : 0;
    }
  }

  private static String mark(Diagnosis diagnosis) {
    return switch (diagnosis.level()) {
      case OK -> "ok       ";
      case WARNING -> "warning  " + diagnosis.code() + " ";
      case PROBLEM -> "problem  " + diagnosis.code() + " ";
    };
  }
}
