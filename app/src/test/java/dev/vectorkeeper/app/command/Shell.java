package dev.vectorkeeper.app.command;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/** Runs commands in this process and keeps what they print. */
final class Shell {
  /** What a command did. */
  record Ran(int status, String out, String err) {
    String all() {
      return out + err;
    }
  }

  private final Map<String, String> environment;
  private final Path file;
  private final Path data;

  Shell(Map<String, String> environment, Path directory) {
    this.environment = environment;
    this.file = directory.resolve("vectorkeeper.yaml");
    this.data = directory.resolve("data");
  }

  Path file() {
    return file;
  }

  Ran run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--config=" + file);
    all.add("--data-dir=" + data);
    CommandLine line = Vk.commandLine(environment);
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    int status = line.execute(all.toArray(String[]::new));
    return new Ran(status, out.toString(), err.toString());
  }
}
