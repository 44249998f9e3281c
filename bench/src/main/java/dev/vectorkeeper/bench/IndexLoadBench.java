package dev.vectorkeeper.bench;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.source.IndexDefinition;
import dev.vectorkeeper.store.VectorIndex;
import java.sql.SQLException;
import java.util.List;

/** Loading vectors and then building the index, against writing them into the live index. */
final class IndexLoadBench {
  private static final int ROWS = 10_000;
  private static final int ROUNDS = 2;
  private static final int BATCH = 512;

  private IndexLoadBench() {}

  static List<BenchLine> run(BenchRun run) throws SQLException {
    int rows = run.rows(ROWS);
    try (BenchDatabase database = run.database("index")) {
      StoreRows stored = StoreRows.make(database, rows);
      Collection plain = stored.collection();
      Collection indexed =
          new Collection(
              plain.id(),
              plain.source(),
              plain.profile(),
              plain.table(),
              plain.column(),
              IndexDefinition.DEFAULT,
              plain.state(),
              plain.active());
      VectorIndex index = new VectorIndex(indexed, database.database());
      Turns turns =
          Turns.take(
              run.rounds(ROUNDS),
              List.of(
                  () -> {
                    empty(database, stored, index);
                    index.ensure();
                    return rows / Turns.seconds(() -> stored.write(stored.leased(BATCH)));
                  },
                  () -> {
                    empty(database, stored, index);
                    return rows
                        / Turns.seconds(
                            () -> {
                              stored.write(stored.leased(BATCH));
                              index.ensure();
                            });
                  }));
      return List.of(
          new BenchLine(
              "index.load",
              "%,d vectors of %d dimensions loaded, then the HNSW index built"
                  .formatted(rows, InstantProvider.DIMENSIONS),
              Figures.rate(turns.median(1), "vectors"),
              Figures.rate(turns.median(0), "vectors") + " (into the live index)",
              turns.ratio(1, 0),
              2.5,
              true));
    }
  }

  private static void empty(BenchDatabase database, StoreRows stored, VectorIndex index) {
    database.sql("drop index if exists " + index.name().sql());
    stored.truncate();
  }
}
