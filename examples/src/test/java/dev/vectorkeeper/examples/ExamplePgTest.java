package dev.vectorkeeper.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** An example from an empty database to its criteria. */
abstract class ExamplePgTest {
  private static final boolean FULL = "full".equals(System.getProperty("vectorkeeper.size"));

  private final Example example;
  private final Map<String, String> mayMiss;

  ExamplePgTest(Example example) {
    this(example, Map.of());
  }

  /**
   * A test of an example whose criteria need something that not every machine has.
   *
   * @param mayMiss by the numbers of those criteria, what the reason says where it is missing
   */
  ExamplePgTest(Example example, Map<String, String> mayMiss) {
    this.example = example;
    this.mayMiss = mayMiss;
  }

  @Test
  void every_criterion_is_met() throws Exception {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    Verdicts verdicts = Examples.run(example, Path.of("").toAbsolutePath(), FULL, out);
    assertThat(
            verdicts.missed().stream()
                .filter(number -> !isLacking(number, verdicts.of(number)))
                .map(number -> number + " " + verdicts.of(number)))
        .isEmpty();
  }

  private boolean isLacking(String number, Verdict verdict) {
    String reason = mayMiss.get(number);
    return reason != null && verdict.figure().contains(reason);
  }
}
