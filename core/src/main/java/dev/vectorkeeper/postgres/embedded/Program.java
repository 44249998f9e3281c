package dev.vectorkeeper.postgres.embedded;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One run of a program of the machine's, to its end, with its output kept. */
final class Program {

  private static final Set<String> PASSED_ON =
      Set.of("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH");
  private static final int COULD_NOT_RUN = 127;

  private Program() {}

  /** How a run ended: its exit code, and what it printed to either stream. */
  record Outcome(int exitCode, String output) {

    boolean succeeded() {
      return exitCode == 0;
    }
  }

  /** Runs the command from the root directory; one that cannot be run at all ends with 127. */
  static Outcome run(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectErrorStream(true);
    builder.redirectInput(new File("/dev/null"));
    builder.directory(new File("/"));
    cleanEnvironment(builder.environment());
    try {
      Process process = builder.start();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return new Outcome(exitCode(process), output);
    } catch (IOException e) {
      return new Outcome(COULD_NOT_RUN, String.valueOf(e.getMessage()));
    }
  }

  // The server outlives this process, and must not carry its API keys or PG… variables about.
  private static void cleanEnvironment(Map<String, String> environment) {
    environment.keySet().retainAll(PASSED_ON);
    environment.put("LC_ALL", "C");
  }

  private static int exitCode(Process process) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return process.waitFor();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
