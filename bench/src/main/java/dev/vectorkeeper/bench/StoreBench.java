package dev.vectorkeeper.bench;

import dev.vectorkeeper.store.EmbeddedText;
import dev.vectorkeeper.worker.WorkerSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Vectors stored a second with the fence, a batch in a transaction, against one bare binary COPY of
 * the same rows into the same table, which is emptied in between.
 */
final class StoreBench {
  private static final int ROWS = 20_000;
  private static final int ROUNDS = 7;
  private static final double REQUIRED = 0.4;
  private static final List<Integer> LARGER = List.of(256, 1_024, 4_096);

  private final StoreRows rows;
  private final Connection session;
  private final int rounds;

  private StoreBench(StoreRows rows, Connection session, int rounds) {
    this.rows = rows;
    this.session = session;
    this.rounds = rounds;
  }

  static List<BenchLine> run(BenchRun run) throws SQLException {
    try (BenchDatabase database = run.database("store")) {
      StoreRows rows = StoreRows.make(database, run.rows(ROWS));
      try (Connection session = database.session()) {
        return new StoreBench(rows, session, run.rounds(ROUNDS)).measure();
      }
    }
  }

  private List<BenchLine> measure() throws SQLException {
    int batch = WorkerSettings.DEFAULT.batch();
    Turns turns =
        Turns.take(
            rounds,
            List.of(
                () -> copied(rows.texts().size()),
                () -> stored(batch),
                () -> stored(LARGER.get(0)),
                () -> stored(LARGER.get(1)),
                () -> stored(LARGER.get(2)),
                () -> copied(batch)));
    return List.of(
        new BenchLine(
            "store.write",
            "fenced write in the worker's batches of " + batch,
            figure(turns, 1),
            figure(turns, 0) + " (one bare COPY)",
            turns.ratio(1, 0),
            REQUIRED,
            true),
        larger(turns, 2),
        larger(turns, 3),
        larger(turns, 4),
        BenchLine.told(
            "store.same-batches",
            "fenced write in batches of " + batch,
            figure(turns, 1),
            figure(turns, 5) + " (bare COPY in such batches)",
            turns.ratio(1, 5)));
  }

  private static BenchLine larger(Turns turns, int side) {
    int batch = LARGER.get(side - 2);
    return BenchLine.told(
        "store.write-" + batch,
        "fenced write in batches of " + batch,
        figure(turns, side),
        figure(turns, 0) + " (one bare COPY)",
        turns.ratio(side, 0));
  }

  private static String figure(Turns turns, int side) {
    return Figures.rate(turns.median(side), "vectors");
  }

  private double stored(int batch) throws SQLException {
    rows.truncate();
    List<StoreRows.Batch> batches = rows.leased(batch);
    return rows.texts().size() / Turns.seconds(() -> rows.write(batches));
  }

  private double copied(int batch) throws SQLException {
    rows.truncate();
    return rows.texts().size()
        / Turns.seconds(
            () -> {
              for (List<EmbeddedText> part : rows.cut(batch)) {
                CopyRows.copy(session, rows.collection(), part);
              }
            });
  }
}
