package dev.vectorkeeper.run;

import java.util.Locale;

/** What can be asked of a source. */
public enum Operation {
  /** Embed rows that wait in the queue, the oldest first. */
  QUEUE,
  /** The same, then rows of running backfills where fewer waited than may be done. */
  SYNC,
  /** Begin a backfill, or go on with the one that is running. */
  BACKFILL;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
