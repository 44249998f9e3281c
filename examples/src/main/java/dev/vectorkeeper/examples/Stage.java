package dev.vectorkeeper.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vectorkeeper.app.command.Vk;
import dev.vectorkeeper.provider.remote.StrictVendorServer;
import dev.vectorkeeper.testing.SemanticVectors;
import dev.vectorkeeper.testing.TestDatabase;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * Where one example runs: an empty database, a directory with the example's files, the commands,
 * servers and providers, and the verdicts. Closing it ends and removes all of that.
 */
public final class Stage implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Lines that are shown of what a command printed. */
  private static final int SHOWN = 30;

  private final Example example;
  private final boolean full;
  private final Path directory;
  private final PrintWriter out;
  private final Path work;
  private final Path cache = Path.of("target", "cache").toAbsolutePath();
  private final TestDatabase database = TestDatabase.bare();
  private final Map<String, String> environment = new TreeMap<>();
  private final Verdicts verdicts;
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private @Nullable SemanticVectors vectors;
  private @Nullable WordNetRows texts;

  /**
   * A stage for one run.
   *
   * @param examples the directory that holds the examples' directories
   */
  Stage(Example example, Path examples, boolean full, PrintWriter out) throws IOException {
    this.example = example;
    this.full = full;
    this.directory = examples.resolve(example.name());
    this.out = out;
    this.verdicts = new Verdicts(example.criteria());
    this.work = Files.createTempDirectory("vectorkeeper-" + example.name());
    environment.put("DATABASE_URL", database.address());
    environment.put("PORT", "0");
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, work.resolve(file.getFileName()));
      }
    }
  }

  /** Whether the run has full size. */
  public boolean full() {
    return full;
  }

  /** A number of rows by the size of the run. */
  public int rows(int small, int atFullSize) {
    return full ? atFullSize : small;
  }

  /** The example's directory. */
  public Path directory() {
    return directory;
  }

  /** A directory of this run's own, with copies of the example's files. */
  public Path work() {
    return work;
  }

  /** The database of this run. */
  public TestDatabase database() {
    return database;
  }

  /** Sets a variable for the commands and servers to come; without a value it is unset. */
  public void env(String name, @Nullable String value) {
    if (value == null) {
      environment.remove(name);
    } else {
      environment.put(name, value);
    }
  }

  /** The variables that commands and servers see. */
  public Map<String, String> environment() {
    return Map.copyOf(environment);
  }

  /** A key that the caller's own environment has; then the real provider is asked. */
  public Optional<String> realKey(String name) {
    return Optional.ofNullable(System.getenv(name)).filter(key -> !key.isBlank());
  }

  /** Prints a line for people. */
  public void say(String line) {
    out.println(line);
    out.flush();
  }

  /** Runs statements as the application. */
  public void sql(String... statements) {
    database.sql(statements);
  }

  /** Runs a file of the example's directory as the application. */
  public void script(String file) throws IOException {
    say("$ psql -f " + file);
    database.sql(Files.readString(work.resolve(file)));
  }

  /** One number. */
  public long number(String query) {
    return database.number(query);
  }

  /** The first column of a query as texts. */
  public List<String> column(String query) {
    return database.column(query);
  }

  /** A session such as the application has. */
  public Connection session() {
    return database.session();
  }

  /** Runs a command of the program in this process and shows what it prints. */
  public Ran vectorkeeper(String... arguments) {
    say("$ vectorkeeper " + String.join(" ", arguments));
    List<String> all = new ArrayList<>(List.of(arguments));
    if (all.stream().noneMatch(argument -> argument.startsWith("--config"))) {
      all.add("--config=" + work.resolve("vectorkeeper.yaml"));
    }
    all.add("--cache-dir=" + cache);
    CommandLine line = Vk.commandLine(environment());
    StringWriter printed = new StringWriter();
    StringWriter errors = new StringWriter();
    line.setOut(new PrintWriter(printed, true));
    line.setErr(new PrintWriter(errors, true));
    int status = line.execute(all.toArray(String[]::new));
    Ran ran = new Ran(status, printed.toString(), errors.toString());
    ran.all().lines().limit(SHOWN).forEach(shown -> say("  " + shown));
    return ran;
  }

  /** The same; ends the run unless the command succeeded. */
  public Ran ok(String... arguments) {
    Ran ran = vectorkeeper(arguments);
    if (ran.status() != 0) {
      throw new IllegalStateException(
          "vectorkeeper %s ended with %d: %s"
              .formatted(String.join(" ", arguments), ran.status(), ran.all()));
    }
    return ran;
  }

  /** The same with {@code --json}. */
  public JsonNode json(String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--json");
    return JSON.readTree(ok(all.toArray(String[]::new)).out());
  }

  /** Starts a command as a process of its own, which can be killed. */
  public Running start(String... arguments) throws IOException {
    say("$ vectorkeeper " + String.join(" ", arguments) + " &");
    Running running =
        Running.start(work.resolve("vectorkeeper.yaml"), cache, environment(), arguments);
    opened.push(running);
    return running;
  }

  /** Starts the server as a process of its own. */
  public Service serve() throws IOException {
    return serve(work.resolve("vectorkeeper.yaml"));
  }

  /** Starts the server with a file of its own. */
  public Service serve(Path configuration) throws IOException {
    Service service = Service.start(configuration, cache, environment());
    say("$ vectorkeeper serve        at " + service.address());
    opened.push(service);
    return service;
  }

  /**
   * A provider on the loopback interface, whose vectors mean what the bundled model's do.
   *
   * @param vendor whose service it plays
   * @param models the components of their vectors where a request names none, by their names
   */
  public StrictVendorServer vendor(String vendor, Map<String, Integer> models) {
    StrictVendorServer server = StrictVendorServer.start(vendor, 1_024).vectors(vectors());
    models.forEach(server::knows);
    opened.push(server);
    return server;
  }

  /** What the loopback providers answer with. */
  public synchronized SemanticVectors vectors() {
    SemanticVectors known = vectors;
    if (known == null) {
      known = new SemanticVectors(cache);
      opened.addLast(known);
      vectors = known;
    }
    return known;
  }

  /** Real texts. */
  public synchronized WordNetRows texts() {
    WordNetRows known = texts;
    if (known == null) {
      known = new WordNetRows();
      texts = known;
    }
    return known;
  }

  /** Notes that a criterion holds. */
  public void met(String number, String figure) {
    verdict(number, new Verdict(true, figure));
  }

  /** Notes that a criterion does not hold, and why. */
  public void notMet(String number, String reason) {
    verdict(number, new Verdict(false, reason));
  }

  /** Notes whether a criterion holds, and what was seen. */
  public void check(String number, boolean holds, String figure) {
    verdict(number, new Verdict(holds, figure));
  }

  private void verdict(String number, Verdict verdict) {
    verdicts.add(number, verdict);
    say("%s %s: %s".formatted(verdict.met() ? "✓" : "✗", number, verdict.figure()));
  }

  Verdicts verdicts() {
    return verdicts;
  }

  /** Runs the example; what goes wrong is printed and leaves the rest without a verdict. */
  Verdicts run() {
    say("=== " + example.name());
    try {
      example.run(this);
    } catch (Exception | AssertionError e) {
      e.printStackTrace(out);
      out.flush();
    }
    return verdicts;
  }

  @Override
  public void close() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
    database.close();
    try (Stream<Path> files = Files.walk(work)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }
}
