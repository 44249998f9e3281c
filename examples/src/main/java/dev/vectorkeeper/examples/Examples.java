package dev.vectorkeeper.examples;

import dev.vectorkeeper.app.terminal.Table;
import dev.vectorkeeper.examples.events.EventsExample;
import dev.vectorkeeper.examples.jobs.JobsExample;
import dev.vectorkeeper.examples.media.MediaExample;
import dev.vectorkeeper.examples.products.ProductsExample;
import dev.vectorkeeper.examples.questions.QuestionsExample;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs examples at full size, or with {@code --small} at the tests' size, and ends with one table
 * of their criteria. Exit status: 0 all are met, 1 one is not, 2 wrong use.
 */
public final class Examples {
  /** Every example, in the order in which they run. */
  static final List<Example> ALL =
      List.of(
          new MediaExample(),
          new QuestionsExample(),
          new ProductsExample(),
          new JobsExample(),
          new EventsExample());

  private Examples() {}

  /** Runs the named examples, or all. */
  public static void main(String[] arguments) throws Exception {
    boolean full = !List.of(arguments).contains("--small");
    List<String> names =
        List.of(arguments).stream().filter(argument -> !argument.startsWith("--")).toList();
    for (String name : names) {
      if (ALL.stream().noneMatch(example -> example.name().equals(name))) {
        System.err.printf(
            "example: there is no example \"%s\"; there are %s.%n",
            name, String.join(", ", ALL.stream().map(Example::name).toList()));
        System.exit(2);
      }
    }
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    Map<Example, Verdicts> seen = new LinkedHashMap<>();
    for (Example example : ALL) {
      if (names.isEmpty() || names.contains(example.name())) {
        seen.put(
            example,
            run(
                example,
                Path.of(System.getProperty("vectorkeeper.examples", "examples")),
                full,
                out));
      }
    }
    Table table = new Table("NUMBER", "CRITERION", "", "SEEN");
    seen.values().forEach(verdicts -> verdicts.print(table));
    out.println();
    out.println(table);
    System.exit(seen.values().stream().allMatch(verdicts -> verdicts.missed().isEmpty()) ? 0 : 1);
  }

  /**
   * Runs one.
   *
   * @param examples the directory that holds the examples' directories
   */
  static Verdicts run(Example example, Path examples, boolean full, PrintWriter out)
      throws Exception {
    try (Stage stage = new Stage(example, examples, full, out)) {
      return stage.run();
    }
  }
}
