package dev.vectorkeeper.backfill;

import java.time.Duration;

/**
 * How many rows the next range of a collection takes: as many as keep a worker busy for a few
 * seconds, so that a killed worker loses little and progress shows, and many short ranges do not
 * cost more than their rows. Safe for use by several threads.
 */
public final class RangeSize {
  private static final int LEAST = 32;
  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofSeconds(5);

  private final int most;
  private int rows;

  /**
   * The size for a collection of which nothing is known yet.
   *
   * @param usual rows in a range until one has shown how long it takes; twice as many at most
   */
  public RangeSize(int usual) {
    this.most = Math.max(LEAST, usual * 2);
    this.rows = Math.max(1, usual);
  }

  /** Rows that the next range takes. */
  public synchronized int rows() {
    return rows;
  }

  /**
   * Takes in that there was trouble in a range: a text that makes requests fail is found by halving
   * them, and sooner in a short one.
   */
  public synchronized void troubled() {
    rows = Math.max(LEAST, rows / 2);
  }

  /** Takes in how long a range took; one that was cut short by the end of the table tells less. */
  public synchronized void took(int keys, Duration time) {
    if (time.compareTo(LONG) > 0 && keys >= LEAST) {
      rows = Math.max(LEAST, Math.min(rows, keys) / 2);
    } else if (time.compareTo(SHORT) < 0 && keys >= rows) {
      rows = Math.min(most, rows * 2);
    }
  }
}
