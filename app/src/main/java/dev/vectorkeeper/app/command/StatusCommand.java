package dev.vectorkeeper.app.command;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.app.server.api.StateApi;
import dev.vectorkeeper.app.terminal.ProgressReport;
import dev.vectorkeeper.app.terminal.StatusText;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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
      "  vectorkeeper status --watch --json",
      "  vectorkeeper status --json | jq '.collections[0].rows'"
    })
final class StatusCommand implements Callable<Integer> {
  @ParentCommand private Vk parent;
  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Option(
      names = "--watch",
      paramLabel = "SECONDS",
      arity = "0..1",
      fallbackValue = "2",
      description =
          "Print a line a collection every so many seconds, 2 where left out, until no backfill is under way.")
  private @Nullable Double watch;

  @Override
  public Integer call() {
    if (watch != null && !(watch >= 0.1)) {
      throw new ParameterException(spec.commandLine(), "--watch must be 0.1 seconds at least.");
    }
    try (Vectorkeeper keeper = parent.context().open()) {
      if (watch != null) {
        return watch(keeper, watch);
      }
      StateApi.State state = StateApi.State.of(keeper);
      if (json) {
        spec.commandLine().getOut().println(Json.of(state));
      } else {
        spec.commandLine()
            .getOut()
            .print(StatusText.of(state.collections(), state.profiles(), state.attention()));
        spec.commandLine().getOut().flush();
      }
      return 0;
    }
  }

  private int watch(Vectorkeeper keeper, double seconds) {
    boolean underWay = true;
    while (underWay) {
      List<ProgressReport> reports =
          keeper.status().collections().stream().map(ProgressReport::of).toList();
      for (ProgressReport report : reports) {
        spec.commandLine().getOut().println(json ? Json.line(report) : report.toString());
      }
      if (spec.commandLine().getOut().checkError()) {
        // whoever read this has gone
        return 0;
      }
      underWay = reports.stream().anyMatch(ProgressReport::isUnderWay);
      if (underWay) {
        try {
          Thread.sleep((long) (seconds * 1_000));
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return 1;
        }
      }
    }
    return 0;
  }
}
