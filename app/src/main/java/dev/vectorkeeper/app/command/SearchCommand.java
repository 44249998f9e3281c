package dev.vectorkeeper.app.command;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.search.Found;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Finds rows by what they mean. */
@Command(
    name = "search",
    description =
        "Finds the rows of a source whose text means what yours does, in the active collection.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  vectorkeeper search entries \"a large cat with stripes\" -k 5"})
final class SearchCommand implements Callable<Integer> {
  @ParentCommand private Vk parent;
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "SOURCE", description = "The source's name.")
  private String source;

  @Parameters(index = "1", paramLabel = "TEXT", description = "What you are looking for, in words.")
  private String text;

  @Option(
      names = "-k",
      paramLabel = "N",
      defaultValue = "10",
      description = "How many rows (default: 10).")
  private int count;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    if (count < 1 || count > 1_000) {
      throw new ParameterException(spec.commandLine(), "-k must be from 1 to 1000.");
    }
    try (Vectorkeeper keeper = parent.context().open()) {
      List<Found> found = keeper.search().nearest(source, text, count);
      if (json) {
        spec.commandLine().getOut().println(Json.of(found));
      } else {
        found.forEach(row -> spec.commandLine().getOut().println(line(row)));
      }
      spec.commandLine().getOut().flush();
      return 0;
    }
  }

  private static String line(Found row) {
    String content = String.valueOf(row.content()).replaceAll("\\s+", " ");
    String shown = content.length() > 110 ? content.substring(0, 109) + "…" : content;
    return String.format(Locale.ROOT, "%.4f  %s  %s", row.similarity(), row.key(), shown);
  }
}
