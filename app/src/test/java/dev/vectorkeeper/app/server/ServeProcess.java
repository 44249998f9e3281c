package dev.vectorkeeper.app.server;

import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.app.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code vectorkeeper serve} as a process of its own. */
final class ServeProcess implements AutoCloseable {
  private static final Pattern ADDRESS = Pattern.compile("Serving at (\\S+?)[.,]? ");

  private final Process process;
  private final Path output;

  private ServeProcess(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /** Starts a command of the program; {@code serve} is up when {@link #address()} answers. */
  static ServeProcess start(Path configuration, Map<String, String> environment, String... command)
      throws IOException {
    Path output = Files.createTempFile(configuration.getParent(), "serve", ".log");
    List<String> arguments =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                Main.class.getName()));
    arguments.addAll(List.of(command));
    arguments.add("--config=" + configuration);
    arguments.add("--cache-dir=" + Path.of("target/cache").toAbsolutePath());
    ProcessBuilder builder =
        new ProcessBuilder(arguments).redirectErrorStream(true).redirectOutput(output.toFile());
    builder
        .environment()
        .put(
            "CLASSPATH",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    builder.environment().putAll(environment);
    return new ServeProcess(builder.start(), output);
  }

  /** Where it listens, as it printed. */
  String address() {
    await().until(() -> ADDRESS.matcher(output()).find() || !process.isAlive());
    Matcher matcher = ADDRESS.matcher(output());
    if (!matcher.find()) {
      throw new IllegalStateException(output());
    }
    return matcher.group(1);
  }

  String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  Process process() {
    return process;
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
