package dev.vectorkeeper.app.command;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.app.terminal.Table;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.queue.DeadLetters;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Shows rows that failed, and puts them back into the queue. */
@Command(
    name = "failures",
    description = "Shows rows that failed, and puts them back into the queue.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(list | retry)",
    footer = {
      "",
      "Examples:",
      "  vectorkeeper failures list entries",
      "  vectorkeeper failures retry entries 42 43",
      "  vectorkeeper failures retry entries --all"
    })
final class FailuresCommand implements Runnable {
  @ParentCommand private Vk parent;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Say list or retry.");
  }

  @Command(
      name = "list",
      description = "Dead letters, and rows that will be tried again.",
      mixinStandardHelpOptions = true)
  int list(
      @Parameters(arity = "0..1", paramLabel = "SOURCE", description = "Of one source only.")
          @Nullable String source,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "100",
              description = "How many at most (default: 100).")
          int limit,
      @Option(names = "--json", description = "Print JSON.") boolean json) {
    PrintWriter out = spec.commandLine().getOut();
    try (Vectorkeeper keeper = parent.context().open()) {
      if (source != null) {
        keeper.catalog().source(source);
      }
      List<DeadLetters.Failure> failures = keeper.deadLetters().list(source, limit);
      if (json) {
        out.println(Json.of(failures));
      } else if (failures.isEmpty()) {
        out.println("No failures.");
      } else {
        Table table = new Table("COLLECTION", "KEY", "STATE", "ATTEMPTS", "CODE", "MESSAGE");
        failures.forEach(
            f ->
                table.row(
                    f.source() + "/" + f.profile(),
                    f.key(),
                    f.dead() ? "dead" : "retry",
                    Integer.toString(f.attempts()),
                    f.code(),
                    f.message()));
        out.print(table);
      }
      out.flush();
      return 0;
    }
  }

  @Command(
      name = "retry",
      description = "Puts dead letters back into the queue.",
      mixinStandardHelpOptions = true)
  int retry(
      @Parameters(index = "0", paramLabel = "SOURCE", description = "The source's name.")
          String source,
      @Parameters(
              index = "1..*",
              arity = "0..*",
              paramLabel = "KEY",
              description = "The keys, as the list shows them.")
          @Nullable List<String> keys,
      @Option(names = "--all", description = "All dead letters of the source.") boolean all) {
    boolean named = keys != null && !keys.isEmpty();
    if (all == named) {
      throw new ParameterException(spec.commandLine(), "Name the keys, or say --all.");
    }
    try (Vectorkeeper keeper = parent.context().open()) {
      int revived = 0;
      for (Collection collection :
          keeper.catalog().liveCollections(keeper.catalog().source(source))) {
        revived += keeper.deadLetters().revive(collection, keys == null ? List.of() : keys);
      }
      spec.commandLine()
          .getOut()
          .println("Put back " + revived + (revived == 1 ? " row." : " rows."));
      return revived == 0 && named ? 1 : 0;
    }
  }
}
