package dev.vectorkeeper.bench;

import dev.vectorkeeper.store.EmbeddedText;
import dev.vectorkeeper.worker.WorkerSettings;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Ways to store vectors, beside one another, for new rows and for rows that have a vector already:
 * the ground for the way that the engine takes. Nothing is required of them.
 */
final class StoreWaysBench {
  private static final int ROWS = 20_000;
  private static final int ROUNDS = 5;
  private static final List<Integer> BATCHES = List.of(WorkerSettings.DEFAULT.batch(), 2_000);
  private static final List<String> NAMES =
      List.of(
          "copy and merge, fenced (the engine)",
          "copy and merge",
          "batched upserts, binary",
          "values, binary, fenced",
          "unnest, text",
          "unnest, text, fenced");

  /** Stores one batch. */
  private interface Way {
    void store(List<EmbeddedText> batch) throws SQLException;
  }

  private final StoreRows rows;
  private final StoreWays ways;
  private final int rounds;

  private StoreWaysBench(StoreRows rows, StoreWays ways, int rounds) {
    this.rows = rows;
    this.ways = ways;
    this.rounds = rounds;
  }

  static List<BenchLine> run(BenchRun run) throws SQLException {
    try (BenchDatabase database = run.database("ways")) {
      StoreRows rows = StoreRows.make(database, run.rows(ROWS));
      try (StoreWays ways = StoreWays.of(rows)) {
        StoreWaysBench bench = new StoreWaysBench(rows, ways, run.rounds(ROUNDS));
        List<BenchLine> lines = new ArrayList<>();
        for (int batch : BATCHES) {
          lines.addAll(bench.measure(batch, true));
          lines.addAll(bench.measure(batch, false));
        }
        return lines;
      }
    }
  }

  private List<BenchLine> measure(int batch, boolean fresh) throws SQLException {
    String id = "ways." + (fresh ? "insert" : "update") + "-" + batch;
    rows.truncate();
    Turns turns =
        Turns.take(
            rounds,
            List.of(
                () -> engine(batch, fresh),
                side(batch, fresh, ways::copyAndMerge),
                side(batch, fresh, ways::batchedUpserts),
                side(batch, fresh, ways::fencedValues),
                side(batch, fresh, ways::unnest),
                side(batch, fresh, ways::fencedUnnest)));
    List<BenchLine> lines = new ArrayList<>();
    for (int side = 1; side < NAMES.size(); side++) {
      lines.add(
          BenchLine.told(
              id,
              NAMES.get(0) + " against " + NAMES.get(side),
              Figures.rate(turns.median(0), "vectors"),
              Figures.rate(turns.median(side), "vectors"),
              turns.ratio(0, side)));
    }
    return lines;
  }

  private double engine(int batch, boolean fresh) throws SQLException {
    prepare(fresh);
    List<StoreRows.Batch> batches = rows.leased(batch);
    return rows.texts().size() / Turns.seconds(() -> rows.write(batches));
  }

  private Turns.Side side(int batch, boolean fresh, Way way) {
    return () -> {
      prepare(fresh);
      return rows.texts().size()
          / Turns.seconds(
              () -> {
                for (List<EmbeddedText> part : rows.cut(batch)) {
                  way.store(part);
                }
              });
    };
  }

  /** An update leaves a dead row behind, which is cleared so that all begin alike. */
  private void prepare(boolean fresh) {
    if (fresh) {
      rows.truncate();
    } else {
      rows.database().sql("vacuum analyze " + rows.collection().table().sql());
    }
  }
}
