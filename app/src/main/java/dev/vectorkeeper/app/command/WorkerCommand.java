package dev.vectorkeeper.app.command;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.queue.BatchResult;
import dev.vectorkeeper.run.RunResult;
import dev.vectorkeeper.worker.Drain;
import dev.vectorkeeper.worker.Worker;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Keeps vectors in step. */
@Command(
    name = "worker",
    description =
        "Keeps vectors in step until it is stopped. Any number may run against one database.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  vectorkeeper worker                  work until Ctrl-C",
      "  vectorkeeper worker --once           do what is to be done now, and end",
      "  vectorkeeper worker --once entries   the same for one source, whatever its sync"
    })
final class WorkerCommand implements Callable<Integer> {
  @ParentCommand private Vk parent;
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..*",
      paramLabel = "SOURCE",
      description = "With --once: these sources only.")
  private List<String> sources = List.of();

  @Option(names = "--once", description = "Drain what is queued, of all sources, and end.")
  private boolean once;

  @Option(names = "--json", description = "With --once: print JSON.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    if (!once && (!sources.isEmpty() || json)) {
      throw new picocli.CommandLine.ParameterException(
          spec.commandLine(), "Naming sources and --json go with --once.");
    }
    try (Vectorkeeper keeper = parent.context().open()) {
      return once ? drain(keeper) : work(keeper);
    }
  }

  private int drain(Vectorkeeper keeper) {
    sources.forEach(keeper.catalog()::source);
    List<Collection> collections =
        keeper.catalog().liveCollections().stream()
            .filter(c -> sources.isEmpty() || sources.contains(c.source().name()))
            .toList();
    long started = System.nanoTime();
    BatchResult result;
    try (Drain drain = keeper.drain()) {
      result = drain.run(collections);
    }
    RunResult run = RunResult.of(result, keeper.database(), collections, started);
    spec.commandLine().getOut().println(json ? Json.of(run) : run.toString());
    return run.failed() == 0 ? 0 : 1;
  }

  private int work(Vectorkeeper keeper) throws InterruptedException {
    Worker worker = keeper.worker();
    keeper.closeAtExit(worker::close);
    worker.start();
    spec.commandLine().getOut().println("Working. Stop with Ctrl-C.");
    spec.commandLine().getOut().flush();
    new CountDownLatch(1).await();
    return 0;
  }
}
