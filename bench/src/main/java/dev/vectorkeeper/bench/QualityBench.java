package dev.vectorkeeper.bench;

import dev.vectorkeeper.provider.TextOutcome;
import dev.vectorkeeper.provider.TextSide;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Whether a search by a word's gloss finds that word's row first: through the index, and by an
 * exact scan of the same view.
 */
final class QualityBench {
  private static final int WORDS = 1_000;
  private static final double POINTS = 2;

  private static final String NEAREST =
      """
      select id from entries_embeddings_active order by embedding <=> cast(? as vector) limit 1
      """;

  private final Corpus corpus;
  private final int step;
  private final List<TextOutcome> queries;

  private QualityBench(Corpus corpus, int words) {
    this.corpus = corpus;
    this.step = corpus.entries().size() / words;
    List<String> glosses =
        java.util.stream.IntStream.range(0, words)
            .mapToObj(i -> corpus.entries().get(i * step).gloss())
            .toList();
    this.queries = corpus.embedder().embed(glosses, TextSide.QUERY).outcomes();
  }

  static List<BenchLine> run(BenchRun run) throws SQLException {
    return new QualityBench(run.corpus(), run.rows(WORDS)).measure();
  }

  private List<BenchLine> measure() throws SQLException {
    double indexed = foundFirst(false);
    double exact = foundFirst(true);
    return List.of(
        new BenchLine(
            "quality.own-row-first",
            "%d searches by gloss in %d rows, points lost to the exact scan"
                .formatted(queries.size(), corpus.entries().size()),
            percent(indexed),
            percent(exact) + " (exact scan)",
            exact - indexed,
            POINTS,
            false));
  }

  /** The share of words, in hundredths, whose own row came first. */
  private double foundFirst(boolean exact) throws SQLException {
    int found = 0;
    try (Connection session = corpus.database().session();
        PreparedStatement nearest = session.prepareStatement(NEAREST)) {
      plan(session, exact);
      for (int i = 0; i < queries.size(); i++) {
        nearest.setString(1, VectorValue.text(Objects.requireNonNull(queries.get(i).vector())));
        try (ResultSet row = nearest.executeQuery()) {
          found += row.next() && row.getLong(1) == i * (long) step + 1 ? 1 : 0;
        }
      }
    }
    return 100.0 * found / queries.size();
  }

  /** Makes the session scan, or makes sure that it uses the index. */
  private void plan(Connection session, boolean exact) throws SQLException {
    try (Statement statement = session.createStatement()) {
      if (exact) {
        statement.execute("set enable_indexscan = off");
      }
      String query =
          NEAREST.replace(
              "?",
              "'"
                  + VectorValue.text(
                      InstantProvider.vector(new java.util.Random(3), InstantProvider.DIMENSIONS))
                  + "'");
      boolean indexed = false;
      try (ResultSet line = statement.executeQuery("explain " + query)) {
        while (line.next()) {
          indexed |= line.getString(1).contains("_embedding_idx");
        }
      }
      if (indexed == exact) {
        throw new IllegalStateException("the plan is not the one that is to be measured");
      }
    }
  }

  private static String percent(double hundredths) {
    return String.format(Locale.ROOT, "%.1f %%", hundredths);
  }
}
