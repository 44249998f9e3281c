package dev.vectorkeeper.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** An example from an empty database to its criteria. */
abstract class ExamplePgTest {
  private static final boolean FULL = "full".equals(System.getProperty("vectorkeeper.size"));

  private final Example example;

  ExamplePgTest(Example example) {
    this.example = example;
  }

  @Test
  void every_criterion_is_met() throws Exception {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    Verdicts verdicts = Examples.run(example, Path.of("").toAbsolutePath(), FULL, out);
    assertThat(verdicts.missed())
        .as(
            () ->
                String.join(
                    "; ", verdicts.missed().stream().map(n -> n + " " + verdicts.of(n)).toList()))
        .isEmpty();
  }
}
