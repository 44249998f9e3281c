package dev.vectorkeeper.bench;

import java.sql.SQLException;
import java.util.List;

/**
 * Many writing clients on a table that is no source, on one that is with nobody at work, and on one
 * with an idle worker that listens when they begin. The worker takes up its work as they write, on
 * the same processors, unless the source is one that only a command drains.
 */
final class ClientBench {
  private static final int CLIENTS = 20;
  private static final int ROWS = 10_000;
  private static final int ROUNDS = 15;
  private static final double SECONDS = 1.5;
  private static final double REQUIRED = 0.9;

  private static final String SOURCES =
      """
        live: {table: public.live, text: "{word}: {gloss}", collections: [bench], index: {type: none}}
        held: {table: public.held, text: "{word}: {gloss}", collections: [bench], index: {type: none}, sync: manual}
      """;

  private final BenchDatabase database;
  private final BenchSource sources;

  private ClientBench(BenchDatabase database, BenchSource sources) {
    this.database = database;
    this.sources = sources;
  }

  static List<BenchLine> run(BenchRun run) throws SQLException {
    int rows = run.rows(ROWS);
    try (BenchDatabase database = run.database("clients")) {
      database.fill("texts", Glosses.entries(rows));
      for (String table : List.of("plain", "live", "held")) {
        EntryTable.create(database, table);
        database.sql(EntryTable.fill().formatted(table));
      }
      ClientBench bench =
          new ClientBench(database, BenchSource.apply(database.database(), SOURCES));
      try (WritingClients plain = new WritingClients(database, "plain", rows, CLIENTS);
          WritingClients live = new WritingClients(database, "live", rows, CLIENTS);
          WritingClients held = new WritingClients(database, "held", rows, CLIENTS)) {
        return lines(
            Turns.take(
                run.rounds(ROUNDS),
                List.of(
                    () -> bench.write(plain),
                    () -> bench.write(live),
                    () -> bench.writeBesideWorker(live),
                    () -> bench.writeBesideWorker(held))));
      }
    }
  }

  private static List<BenchLine> lines(Turns turns) {
    return List.of(
        line("clients.triggers", "no worker", turns, 1),
        line("clients.idle", "an idle worker listening, which then works", turns, 2),
        line("clients.manual", "an idle worker listening, the source synced by command", turns, 3));
  }

  private static BenchLine line(String id, String what, Turns turns, int side) {
    return new BenchLine(
        id,
        CLIENTS + " writing clients, " + what,
        Figures.rate(turns.median(side), "transactions"),
        Figures.rate(turns.median(0), "transactions") + " (no Vectorkeeper)",
        turns.ratio(side, 0),
        REQUIRED,
        true);
  }

  private double writeBesideWorker(WritingClients clients) throws SQLException {
    forgetChanges();
    try (IdleWorker worker = IdleWorker.start(database, sources)) {
      return clients.write(SECONDS);
    }
  }

  private double write(WritingClients clients) throws SQLException {
    forgetChanges();
    return clients.write(SECONDS);
  }

  private void forgetChanges() {
    sources
        .collections()
        .forEach(
            collection ->
                database.sql(
                    "truncate " + collection.source().changeLog().sql(),
                    "truncate " + collection.table().sql()));
    database.sql("truncate vectorkeeper.claim", "vacuum analyze");
  }
}
