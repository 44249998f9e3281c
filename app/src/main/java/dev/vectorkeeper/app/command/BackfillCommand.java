package dev.vectorkeeper.app.command;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.app.terminal.BackfillWatch;
import dev.vectorkeeper.app.terminal.Json;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.queue.BatchResult;
import dev.vectorkeeper.worker.Drain;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Looks at every row of a source and embeds what has no vector or a stale one. */
@Command(
    name = "backfill",
    description = "Looks at every row of a source and embeds what has no vector or a stale one.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  vectorkeeper backfill entries",
      "  vectorkeeper backfill entries --json"
    })
final class BackfillCommand implements Callable<Integer> {
  @ParentCommand private Vk parent;
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "SOURCE", description = "The source's name.")
  private String source;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    long started = System.nanoTime();
    try (Vectorkeeper keeper = parent.context().open()) {
      List<Collection> collections = keeper.startBackfill(source);
      BatchResult result;
      try (Drain drain = keeper.drain();
          BackfillWatch watch =
              BackfillWatch.start(
                  keeper.database(), collections, spec.commandLine().getErr(), !json)) {
        result = drain.run(collections);
      }
      RunResult run = RunResult.of(result, keeper, collections, started);
      spec.commandLine().getOut().println(json ? Json.of(run) : run.toString());
      return run.failed() == 0 ? 0 : 1;
    }
  }
}
