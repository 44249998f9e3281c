package dev.vectorkeeper.app.demo;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.app.terminal.BackfillWatch;
import dev.vectorkeeper.app.terminal.StatusText;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.config.Configuration;
import dev.vectorkeeper.search.Found;
import dev.vectorkeeper.worker.Drain;
import dev.vectorkeeper.worker.Worker;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The demo from beginning to end, each step printed as it happens. */
public final class Demo {
  private static final String YAML =
      """
      profiles:
        local: {provider: local, model: bge-small-en-v1.5-q}
      sources:
        entries:
          table: public.entries
          text: "{word}: {gloss}"
          where: "retired_at is null"
          collections: [local]
      """;

  private final PrintWriter out;
  private final Vectorkeeper.Directories directories;
  private final Path file;
  private final Map<String, String> environment;

  /**
   * A demo.
   *
   * @param file where its configuration is written, so that other commands can go on with it
   */
  public Demo(
      PrintWriter out,
      Vectorkeeper.Directories directories,
      Path file,
      Map<String, String> environment) {
    this.out = out;
    this.directories = directories;
    this.file = file;
    this.environment = environment;
  }

  /** Runs it; returns the exit status, 0 when at least four of the five words were found. */
  public int run(int rows, boolean keep) throws IOException {
    Configuration configuration = Configuration.parse("demo.yaml", YAML, environment);
    say(
        "1. A database: "
            + (configuration.database().isPresent()
                ? "the one you named"
                : "a private PostgreSQL, started from the installed programs"));
    try (Vectorkeeper keeper = Vectorkeeper.open(configuration, directories, environment)) {
      if (keep) {
        keeper.embedded().ifPresent(embedded -> embedded.keepRunning());
      }
      EntriesTable entries = new EntriesTable(keeper.database());
      entries.fill(rows);
      say("   " + number(entries.count()) + " glosses of WordNet stand in the table entries.");
      apply(keeper);
      backfill(keeper);
      boolean found = dictionary(keeper);
      try (Worker worker = keeper.startWorker()) {
        new LiveChanges(keeper, entries, out).show();
      }
      say("");
      say("6. How it stands (vectorkeeper status)");
      out.print(StatusText.of(keeper.status().collections(), keeper.status().usage(), List.of()));
      next(keeper, keep);
      return found ? 0 : 1;
    }
  }

  private void apply(Vectorkeeper keeper) {
    say("");
    say("2. The whole configuration:");
    YAML.lines().forEach(line -> say("     " + line));
    say("   vectorkeeper apply:");
    List<String> changes = keeper.apply().changes();
    changes.forEach(change -> say("     - " + change));
    if (changes.isEmpty()) {
      say("     nothing to change: it was applied before");
    }
  }

  private void backfill(Vectorkeeper keeper) {
    say("");
    say("3. Backfill with a model that runs in this process: no account, no key, no network");
    List<Collection> collections = keeper.startBackfill("entries");
    try (Drain drain = keeper.drain();
        BackfillWatch watch = BackfillWatch.start(keeper.database(), collections, out, true)) {
      drain.run(collections);
    }
  }

  private boolean dictionary(Vectorkeeper keeper) {
    say("");
    say("4. A reverse dictionary: describe a thing, get the word");
    Map<String, String> descriptions = Descriptions.EXPECTED;
    int hits = 0;
    for (Map.Entry<String, String> asked : descriptions.entrySet()) {
      List<Found> found = keeper.search().nearest("entries", asked.getKey(), 5);
      boolean hit = found.stream().anyMatch(row -> word(row).equalsIgnoreCase(asked.getValue()));
      hits += hit ? 1 : 0;
      say("   “" + asked.getKey() + "”");
      found.forEach(
          row ->
              say(
                  String.format(
                      Locale.ROOT,
                      "     %.3f  %s",
                      row.similarity(),
                      shorten(String.valueOf(row.content())))));
    }
    say(
        "   The expected word is among the first five for "
            + hits
            + " of "
            + descriptions.size()
            + ".");
    return hits >= 4;
  }

  private static String word(Found row) {
    String content = String.valueOf(row.content());
    return content.substring(0, Math.max(0, content.indexOf(": ")));
  }

  private static String shorten(String text) {
    return text.length() > 90 ? text.substring(0, 89) + "…" : text;
  }

  private void next(Vectorkeeper keeper, boolean keep) throws IOException {
    if (keeper.embedded().isPresent()) {
      Files.writeString(file, YAML, StandardCharsets.UTF_8);
    }
    say("");
    say("Try next:");
    if (keeper.embedded().isPresent()) {
      String options = "--config " + file + " --data-dir " + directories.data();
      say(
          "  ./vectorkeeper "
              + options
              + " search entries \"a place where ships are repaired\" -k 5");
      if (keep) {
        say(
            "  PGPASSWORD=$(cat "
                + directories.data().resolve("password")
                + ") psql -h 127.0.0.1 -p "
                + keeper.embedded().get().port()
                + " -U "
                + keeper.embedded().get().user()
                + " vectorkeeper");
        say("  ./vectorkeeper demo --stop");
      }
    }
    say("  ./vectorkeeper init     a configuration for a table of your own");
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
