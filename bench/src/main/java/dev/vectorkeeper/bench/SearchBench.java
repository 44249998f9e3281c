package dev.vectorkeeper.bench;

import dev.vectorkeeper.provider.TextOutcome;
import dev.vectorkeeper.provider.TextSide;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Searches through the active view and the match function against the same query on the
 * collection's table; and what a filter that keeps one row in ten leaves of a search.
 */
final class SearchBench {
  private static final int QUERIES = 500;
  private static final int FILTERED = 200;
  private static final int ROUNDS = 5;
  private static final int NEAREST = 10;

  private static final String PLAIN =
      "select id from %s order by embedding <=> cast(? as vector) limit 10";
  private static final String MATCH = "select id, similarity from match_entries(cast(? as vector))";
  private static final String MATCH_FILTERED =
      "select id from match_entries(cast(? as vector), filter => '{\"tenth\": 3}')";
  private static final String EXACT_FILTERED =
      "select id from %s join entries using (id) where tenth = 3 order by embedding <=> cast(? as vector) limit 10";

  private final Corpus corpus;
  private final List<String> vectors;

  private SearchBench(Corpus corpus, int queries) {
    this.corpus = corpus;
    List<String> texts =
        IntStream.range(0, queries)
            .mapToObj(i -> corpus.entries().get(i * 37 % corpus.entries().size()).gloss())
            .toList();
    List<TextOutcome> outcomes = corpus.embedder().embed(texts, TextSide.QUERY).outcomes();
    this.vectors =
        outcomes.stream()
            .map(outcome -> VectorValue.text(Objects.requireNonNull(outcome.vector())))
            .toList();
  }

  static List<BenchLine> run(BenchRun run) throws SQLException {
    return new SearchBench(run.corpus(), run.rows(QUERIES)).measure(run.rounds(ROUNDS));
  }

  private List<BenchLine> measure(int rounds) throws SQLException {
    corpus
        .database()
        .sql(
            "alter table entries add column tenth integer generated always as ((id % 10)::integer) stored",
            "vacuum analyze");
    String table = corpus.collection().table().sql();
    try (Connection session = corpus.database().session()) {
      Turns turns =
          Turns.take(
              rounds,
              List.of(
                  () -> p95(session, PLAIN.formatted(table)),
                  () -> p95(session, PLAIN.formatted("entries_embeddings_active")),
                  () -> p95(session, MATCH)));
      return List.of(
          line("search.view", "through the active view", turns, 1, 1.15),
          line("search.match", "by match_entries", turns, 2, 1.25),
          filtered(session, table));
    }
  }

  private static BenchLine line(String id, String what, Turns turns, int side, double required) {
    return new BenchLine(
        id,
        "p95 of a search " + what + ", median of interleaved runs",
        millis(turns.median(side)),
        millis(turns.median(0)) + " (the collection's table)",
        turns.ratio(side, 0),
        required,
        false);
  }

  private static String millis(double millis) {
    return String.format(Locale.ROOT, "%.2f ms", millis);
  }

  private double p95(Connection session, String query) throws SQLException {
    double[] millis = new double[vectors.size()];
    try (PreparedStatement statement = session.prepareStatement(query)) {
      int parameters = statement.getParameterMetaData().getParameterCount();
      for (int i = 0; i < millis.length; i++) {
        for (int p = 1; p <= parameters; p++) {
          statement.setString(p, vectors.get(i));
        }
        long start = System.nanoTime();
        int rows = 0;
        try (ResultSet row = statement.executeQuery()) {
          while (row.next()) {
            rows++;
          }
        }
        millis[i] = (System.nanoTime() - start) / 1e6;
        if (rows != NEAREST) {
          throw new IllegalStateException("a search found " + rows + " rows");
        }
      }
    }
    Arrays.sort(millis);
    return millis[(int) (millis.length * 0.95)];
  }

  private BenchLine filtered(Connection session, String table) throws SQLException {
    int queries = Math.min(FILTERED, vectors.size());
    int found = 0;
    int least = NEAREST;
    for (int i = 0; i < queries; i++) {
      Set<Long> exact;
      try (var statement = session.createStatement()) {
        statement.execute("set enable_indexscan = off");
        exact = ids(session, EXACT_FILTERED.formatted(table), vectors.get(i));
        statement.execute("reset enable_indexscan");
      }
      Set<Long> matched = ids(session, MATCH_FILTERED, vectors.get(i));
      least = Math.min(least, matched.size());
      found += (int) matched.stream().filter(exact::contains).count();
    }
    double recall = (double) found / (queries * NEAREST);
    return new BenchLine(
        "search.filter",
        "recall of match_entries with a filter that keeps one row in ten, %d queries, at least %d of 10 rows each"
            .formatted(queries, least),
        String.format(Locale.ROOT, "%.3f", recall),
        "1 (exact scan)",
        least < NEAREST ? 0 : recall,
        0.97,
        true);
  }

  private static Set<Long> ids(Connection session, String query, String vector)
      throws SQLException {
    Set<Long> ids = new HashSet<>();
    try (PreparedStatement statement = session.prepareStatement(query)) {
      statement.setString(1, vector);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          ids.add(row.getLong(1));
        }
      }
    }
    return ids;
  }
}
