package dev.vectorkeeper.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The time from a commit to the stored vector, for changes of one row at a time, each when the
 * worker is idle again; beside it the time that the model itself took for the same texts.
 */
final class FreshnessBench {
  private static final int CHANGES = 500;
  private static final double MILLIS_ON_TOP = 50;
  private static final Duration LOOK_AGAIN = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private final Corpus corpus;
  private final Connection session;
  private final List<Glosses.Entry> texts;

  private FreshnessBench(Corpus corpus, Connection session, int changes) {
    this.corpus = corpus;
    this.session = session;
    this.texts = Glosses.entries(changes + 1);
  }

  static List<BenchLine> run(BenchRun run) throws SQLException {
    Corpus corpus = run.corpus();
    try (Connection session = corpus.database().session()) {
      return new FreshnessBench(corpus, session, run.rows(CHANGES)).measure();
    }
  }

  private List<BenchLine> measure() throws SQLException {
    List<Double> fresh = new ArrayList<>();
    try (IdleWorker worker = IdleWorker.start(corpus.database(), corpus.source())) {
      change(0, worker);
      corpus.requestMillis().clear();
      for (int i = 1; i < texts.size(); i++) {
        fresh.add(change(i, worker));
      }
    }
    List<Double> own = List.copyOf(corpus.requestMillis());
    double p95 = Figures.percentile(fresh, 95);
    double ownP95 = Figures.percentile(own, 95);
    return List.of(
        new BenchLine(
            "freshness.p95",
            "commit to stored vector, %d changes of a row beside %d, milliseconds on top of the model's own"
                .formatted(fresh.size(), corpus.entries().size()),
            Figures.millis(p95),
            Figures.millis(ownP95) + " (the model)",
            p95 - ownP95,
            MILLIS_ON_TOP,
            false),
        BenchLine.told(
            "freshness.p50",
            "the same, median",
            Figures.millis(Figures.percentile(fresh, 50)),
            Figures.millis(Figures.percentile(own, 50)) + " (the model)",
            Figures.percentile(fresh, 50) - Figures.percentile(own, 50)));
  }

  /**
   * Changes the text of a row, or adds one in turns; gives milliseconds until its vector is there.
   */
  private double change(int number, IdleWorker worker) throws SQLException {
    worker.await();
    boolean added = number % 2 == 1;
    long id = added ? corpus.entries().size() + number + 1L : number * 3L + 1;
    byte[] before = hash(id);
    String sql =
        added
            ? "insert into entries (word, gloss, id) values (?, ?, ?)"
            : "update entries set word = ?, gloss = ? where id = ?";
    try (PreparedStatement change = session.prepareStatement(sql)) {
      change.setString(1, "changed " + texts.get(number).word());
      change.setString(2, texts.get(number).gloss());
      change.setLong(3, id);
      change.executeUpdate();
    }
    long committed = System.nanoTime();
    while (Arrays.equals(before, hash(id))) {
      if (System.nanoTime() - committed > LONGEST.toNanos()) {
        throw new IllegalStateException("the vector of row " + id + " was not stored");
      }
      LockSupport.parkNanos(LOOK_AGAIN.toNanos());
    }
    return (System.nanoTime() - committed) / 1e6;
  }

  /** The hash of the text whose vector is stored; empty when there is none. */
  private byte[] hash(long id) throws SQLException {
    try (PreparedStatement stored =
        session.prepareStatement(
            "select content_hash from " + corpus.collection().table().sql() + " where id = ?")) {
      stored.setLong(1, id);
      try (ResultSet row = stored.executeQuery()) {
        return row.next() ? row.getBytes(1) : new byte[0];
      }
    }
  }
}
