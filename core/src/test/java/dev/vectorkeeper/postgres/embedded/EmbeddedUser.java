package dev.vectorkeeper.postgres.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A process of its own that uses the cluster of a data directory, told what to do line by line. */
final class EmbeddedUser implements AutoCloseable {

  private final Process process;
  private final BufferedReader answers;

  private EmbeddedUser(Process process) {
    this.process = process;
    this.answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Starts the process, and does not wait for its server. */
  static EmbeddedUser begin(Path dataDirectory) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            EmbeddedUserMain.class.getName(),
            dataDirectory.toString());
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    return new EmbeddedUser(builder.start());
  }

  /** Starts the process and waits until its server is ready. */
  static EmbeddedUser start(Path dataDirectory) throws IOException {
    EmbeddedUser user = begin(dataDirectory);
    user.port();
    return user;
  }

  /** Waits until the server is ready, and returns its port. */
  int port() {
    return Integer.parseInt(answer("ready "));
  }

  /** Waits until the process waits for another that holds the control lock. */
  void awaitWaiting() {
    answer("Waiting for another process");
  }

  void keepRunning() throws IOException {
    tell("keep");
    answer("kept");
  }

  /** Leaves by the ordinary way and ends. */
  void leave() throws Exception {
    tell("close");
    answer("closed");
    process.waitFor();
  }

  /** Asks the process to end, as Ctrl-C and a service manager do. */
  void terminate() throws InterruptedException {
    process.toHandle().destroy();
    process.waitFor();
  }

  /** Ends the process without any warning. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws InterruptedException {
    terminate();
  }

  private void tell(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  private String answer(String words) {
    try {
      for (String line = answers.readLine(); line != null; line = answers.readLine()) {
        int found = line.indexOf(words);
        if (found >= 0) {
          return line.substring(found + words.length());
        }
      }
      throw new IllegalStateException("The process ended before it said: " + words);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
