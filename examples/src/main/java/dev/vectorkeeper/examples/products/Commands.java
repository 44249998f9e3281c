package dev.vectorkeeper.examples.products;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vectorkeeper.examples.Ran;
import dev.vectorkeeper.examples.Stage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The program's commands, which keeps all that they print. */
final class Commands {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Stage stage;
  private final StringBuilder printed = new StringBuilder();

  Commands(Stage stage) {
    this.stage = stage;
  }

  /** Runs a command that has to succeed. */
  Ran ok(String... arguments) {
    Ran ran = run(arguments);
    if (ran.status() != 0) {
      throw new IllegalStateException(
          "vectorkeeper %s ended with %d: %s"
              .formatted(String.join(" ", arguments), ran.status(), ran.all()));
    }
    return ran;
  }

  /** Runs a command that may fail. */
  Ran run(String... arguments) {
    Ran ran = stage.vectorkeeper(arguments);
    printed.append(ran.all());
    return ran;
  }

  /** What a command answers as JSON. */
  JsonNode json(String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--json");
    return JSON.readTree(ok(all.toArray(String[]::new)).out());
  }

  /** The option that names the file of the second and the third way. */
  String scheduled() {
    return "--config=" + stage.work().resolve("vectorkeeper-scheduled.yaml");
  }

  /** All that was printed so far. */
  String printed() {
    return printed.toString();
  }
}
