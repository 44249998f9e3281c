package dev.vectorkeeper.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * What capture costs: the same statement over many rows of two tables that are alike, one of them a
 * source. Before each statement both are vacuumed and the change log is emptied.
 */
final class TriggerBench {
  private static final int ROWS = 50_000;
  private static final int ROUNDS = 11;
  private static final List<String> TABLES = List.of("watched", "plain");

  private static final String SOURCE =
      """
        watched: {table: public.watched, text: "{word}: {gloss}", collections: [bench]}
      """;

  private final BenchDatabase database;
  private final BenchSource source;
  private final Connection session;
  private final int rounds;

  private TriggerBench(BenchDatabase database, BenchSource source, Connection session, int rounds) {
    this.database = database;
    this.source = source;
    this.session = session;
    this.rounds = rounds;
  }

  static List<BenchLine> run(BenchRun run) throws SQLException {
    try (BenchDatabase database = run.database("triggers")) {
      database.fill("texts", Glosses.entries(run.rows(ROWS)));
      TABLES.forEach(table -> EntryTable.create(database, table));
      BenchSource source = BenchSource.apply(database.database(), SOURCE);
      try (Connection session = database.session()) {
        return new TriggerBench(database, source, session, run.rounds(ROUNDS)).measure();
      }
    }
  }

  private List<BenchLine> measure() throws SQLException {
    return List.of(
        measure("triggers.insert", "truncate %s", EntryTable.fill(), 1.5),
        measure(
            "triggers.unrelated",
            "vacuum analyze %s",
            "update %s set looked_up = looked_up + 1",
            1.1),
        measure(
            "triggers.text",
            "vacuum analyze %s",
            "update %s set gloss = case when right(gloss, 1) = '.' then rtrim(gloss, '.') else gloss || '.' end",
            2));
  }

  private BenchLine measure(String id, String before, String statement, double required)
      throws SQLException {
    Turns turns =
        Turns.take(rounds, TABLES.stream().map(table -> side(before, statement, table)).toList());
    return new BenchLine(
        id,
        statement.formatted("t"),
        Figures.millis(turns.median(0) * 1000),
        Figures.millis(turns.median(1) * 1000) + " (no triggers)",
        turns.ratio(0, 1),
        required,
        false);
  }

  private Turns.Side side(String before, String statement, String table) {
    return () -> {
      database.sql(source.forgetChanges(), before.formatted(table));
      try (Statement timed = session.createStatement()) {
        return Turns.seconds(() -> timed.execute(statement.formatted(table)));
      }
    };
  }
}
