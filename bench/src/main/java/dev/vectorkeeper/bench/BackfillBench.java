package dev.vectorkeeper.bench;

import dev.vectorkeeper.backfill.Backfills;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.worker.Drain;
import dev.vectorkeeper.worker.WorkerSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;

/**
 * A whole backfill with a provider that costs nothing, against one bare binary COPY of as many
 * vectors into the same table; and the memory that a process takes for one of ten times as many
 * rows.
 */
final class BackfillBench {
  private static final int ROWS = 50_000;
  private static final int MANY = 10;
  private static final int ROUNDS = 5;

  private static final String SOURCE =
      """
        entries: {table: public.entries, text: "{word}: {gloss}", collections: [bench], index: {type: none}}
      """;

  private BackfillBench() {}

  static List<BenchLine> run(BenchRun run) throws SQLException, IOException {
    int rows = run.rows(ROWS);
    BenchLine rate;
    try (BenchDatabase database = run.database("backfill")) {
      rate = rate(database, rows, run.rounds(ROUNDS));
    }
    long few;
    long many;
    try (BenchDatabase database = run.database("memory")) {
      database.fill("entries", Glosses.entries(rows));
      few = peak(database);
      database.sql(
          "insert into entries (id, word, gloss) select e.id + n.n * 1000000, e.word || n.n, e.gloss from entries e, generate_series(1, %d) n(n)"
              .formatted(MANY - 1),
          "truncate public.entries_bench_vectors",
          "delete from vectorkeeper.claim",
          "truncate vectorkeeper.change_1");
      many = peak(database);
    }
    return List.of(
        rate,
        new BenchLine(
            "backfill.memory",
            "most memory of the process, %,d rows against %,d".formatted(rows * MANY, rows),
            many / 1_024 + " MB",
            few / 1_024 + " MB",
            (double) many / few,
            1.2,
            false));
  }

  private static BenchLine rate(BenchDatabase database, int rows, int rounds) throws SQLException {
    StoreRows stored = StoreRows.make(database, rows);
    BenchSource source = BenchSource.apply(database.database(), SOURCE);
    try (Connection session = database.session()) {
      Turns turns =
          Turns.take(
              rounds,
              List.of(
                  () -> {
                    stored.truncate();
                    return rows
                        / Turns.seconds(
                            () -> CopyRows.copy(session, stored.collection(), stored.texts()));
                  },
                  () -> {
                    stored.truncate();
                    return rows / Turns.seconds(() -> backfill(database, source));
                  }));
      return new BenchLine(
          "backfill.rate",
          "a backfill of %,d rows, %d dimensions".formatted(rows, InstantProvider.DIMENSIONS),
          Figures.rate(turns.median(1), "rows"),
          Figures.rate(turns.median(0), "rows") + " (one bare COPY)",
          turns.ratio(1, 0),
          0.35,
          true);
    }
  }

  private static void backfill(BenchDatabase database, BenchSource source) {
    Collection collection = source.collection();
    database
        .database()
        .jdbi()
        .useTransaction(
            handle -> {
              new Backfills(collection).cancel(handle);
              new Backfills(collection).start(handle);
            });
    try (Drain drain = new Drain(database.database(), source.providers(), WorkerSettings.DEFAULT)) {
      drain.run(source.collections());
    }
  }

  /** The most memory in kB that a process of its own takes for a backfill. */
  private static long peak(BenchDatabase database) throws IOException {
    Properties user = database.url().properties();
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx160m",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            BackfillProcess.class.getName());
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    Process child = builder.start();
    try (var in = child.outputWriter(StandardCharsets.UTF_8)) {
      in.write(
          String.join(
              "\n",
              database.url().jdbcUrl(),
              user.getProperty("user"),
              user.getProperty("password", ""),
              SOURCE.strip(),
              ""));
    }
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    try {
      if (child.waitFor() != 0) {
        throw new IllegalStateException("the process for the backfill failed: " + said);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return Long.parseLong(said.lines().reduce((a, b) -> b).orElseThrow());
  }
}
