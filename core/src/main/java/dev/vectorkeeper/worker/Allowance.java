package dev.vectorkeeper.worker;

/** How many rows a run may still take; shared by its threads. */
final class Allowance {
  private final boolean limited;
  private long left;

  private Allowance(boolean limited, long left) {
    this.limited = limited;
    this.left = left;
  }

  static Allowance unlimited() {
    return new Allowance(false, Long.MAX_VALUE);
  }

  static Allowance of(int rows) {
    return new Allowance(true, rows);
  }

  boolean isLimited() {
    return limited;
  }

  /** How many of so many may be taken; they count as taken. */
  synchronized int take(int wanted) {
    int granted = (int) Math.min(wanted, left);
    left -= limited ? granted : 0;
    return granted;
  }

  /** Gives back what was not needed. */
  synchronized void giveBack(int unused) {
    left += limited ? unused : 0;
  }

  synchronized long left() {
    return left;
  }
}
