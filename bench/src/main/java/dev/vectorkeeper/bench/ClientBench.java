package dev.vectorkeeper.bench;

import dev.vectorkeeper.bench.WritingClients.Kind;
import java.sql.SQLException;
import java.util.List;

/**
 * Many writing clients on a table that is no source, on one that is with nobody at work, and on one
 * with an idle worker that listens when they begin. The worker takes up its work as they write, on
 * the same processors.
 */
final class ClientBench {
  private static final int CLIENTS = 20;
  private static final int ROWS = 10_000;
  private static final int ROUNDS = 15;
  private static final double SECONDS = 2;
  private static final double SECONDS_BESIDE = 4;
  private static final double REQUIRED = 0.9;
  private static final List<String> TABLES = List.of("plain", "live", "least");

  private static final String SOURCES =
      """
        live: {table: public.live, text: "{word}: {gloss}", collections: [bench], index: {type: none}}
      """;

  /** The least that any capture by a trigger does: the key goes into a table without an index. */
  private static final String LEAST =
      """
      create table least_log (k1 bigint);
      create function least_capture() returns trigger
      language plpgsql security definer set search_path = pg_catalog, pg_temp as $capture$
      begin
        insert into public.least_log (k1) values (new.id);
        return null;
      end $capture$;
      create trigger least_capture after insert or update on least
      for each row execute function least_capture();
      """;

  private final BenchDatabase database;
  private final BenchSource sources;
  private final WritingClients clients;

  private ClientBench(BenchDatabase database, BenchSource sources, WritingClients clients) {
    this.database = database;
    this.sources = sources;
    this.clients = clients;
  }

  static List<BenchLine> run(BenchRun run) throws SQLException {
    int rows = run.rows(ROWS);
    try (BenchDatabase database = run.database("clients")) {
      database.fill("texts", Glosses.entries(rows));
      for (String table : TABLES) {
        EntryTable.create(database, table);
        database.sql(EntryTable.fill().formatted(table));
      }
      database.sql(LEAST);
      BenchSource sources =
          BenchSource.apply(database.database(), InstantProvider.service(), "service", SOURCES);
      try (WritingClients clients = new WritingClients(database, TABLES, rows, CLIENTS)) {
        database.sql("update vectorkeeper.backfill set state = 'cancelled', finished_at = now()");
        ClientBench bench = new ClientBench(database, sources, clients);
        return bench.lines(run.rounds(ROUNDS));
      }
    }
  }

  private List<BenchLine> lines(int rounds) throws SQLException {
    Turns beside;
    try (IdleWorker worker = IdleWorker.start(database, sources)) {
      beside =
          Turns.take(
              rounds,
              List.of(() -> writeBeside(worker, "plain"), () -> writeBeside(worker, "live")));
    }
    double[][] whole = slices(List.of("plain", "live"), Kind.WHOLE, rounds);
    double[][] brief = slices(List.of("plain", "live", "least"), Kind.SHORT, rounds);
    return List.of(
        line(
            "clients.triggers",
            "no worker",
            Figures.median(whole[1]),
            Figures.median(whole[0]),
            ratio(whole, 1)),
        line(
            "clients.idle",
            "an idle worker listening, which then works as a service lets it",
            beside.median(1),
            beside.median(0),
            beside.ratio(1, 0)),
        told(
            "clients.short",
            "transactions of one statement, no worker",
            brief,
            1,
            "no Vectorkeeper"),
        told(
            "clients.least",
            "transactions of one statement, a trigger that appends the key and does nothing else",
            brief,
            2,
            "no trigger"));
  }

  /** Each table's transactions a second, by round, all tables taking turns in each. */
  private double[][] slices(List<String> tables, Kind kind, int rounds) {
    double[][] rates = new double[tables.size()][rounds];
    for (int round = 0; round < rounds; round++) {
      forgetChanges();
      List<Double> found = clients.write(tables, kind, SECONDS * tables.size());
      for (int i = 0; i < rates.length; i++) {
        rates[i][round] = found.get(i);
      }
    }
    return rates;
  }

  private static double ratio(double[][] rates, int side) {
    double[] ratios = new double[rates[side].length];
    for (int round = 0; round < ratios.length; round++) {
      ratios[round] = rates[side][round] / rates[0][round];
    }
    return Figures.median(ratios);
  }

  private static BenchLine told(String id, String what, double[][] rates, int side, String other) {
    return BenchLine.told(
        id,
        CLIENTS + " writing clients, " + what,
        Figures.rate(Figures.median(rates[side]), "transactions"),
        Figures.rate(Figures.median(rates[0]), "transactions") + " (" + other + ")",
        ratio(rates, side));
  }

  private static BenchLine line(String id, String what, double ours, double other, double ratio) {
    return new BenchLine(
        id,
        CLIENTS + " writing clients, " + what,
        Figures.rate(ours, "transactions"),
        Figures.rate(other, "transactions") + " (no Vectorkeeper)",
        ratio,
        REQUIRED,
        true);
  }

  /** The worker has nothing to do until a table that is a source is written to. */
  private double writeBeside(IdleWorker worker, String table) {
    forgetChanges();
    worker.await();
    return clients.write(List.of(table), Kind.WHOLE, SECONDS_BESIDE).get(0);
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
