package dev.vectorkeeper.app.command;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.app.terminal.Json;
import dev.vectorkeeper.app.terminal.StatusText;
import dev.vectorkeeper.doctor.Diagnosis;
import dev.vectorkeeper.status.CollectionStatus;
import dev.vectorkeeper.status.ProfileUsage;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Shows how every collection stands. */
@Command(
    name = "status",
    description =
        "Shows how every collection stands: coverage, what waits, what failed, what drifted, what was used.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  vectorkeeper status",
      "  vectorkeeper status --json | jq '.collections[0].rows'"
    })
final class StatusCommand implements Callable<Integer> {
  /** What scripts read. */
  record Result(
      List<CollectionStatus> collections, List<ProfileUsage> profiles, List<Diagnosis> attention) {}

  @ParentCommand private Vk parent;
  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    try (Vectorkeeper keeper = parent.context().open()) {
      List<CollectionStatus> collections = keeper.status().collections();
      List<ProfileUsage> profiles = keeper.status().usage();
      List<Diagnosis> attention = keeper.doctor().drift();
      if (json) {
        spec.commandLine().getOut().println(Json.of(new Result(collections, profiles, attention)));
      } else {
        spec.commandLine().getOut().print(StatusText.of(collections, profiles, attention));
        spec.commandLine().getOut().flush();
      }
      return 0;
    }
  }
}
