package dev.vectorkeeper.worker;

/**
 * What part of a collection's work somebody takes on.
 *
 * @param claims whether queued changes
 * @param ranges whether ranges of backfills, and sweeps
 * @param indexes whether indexes are built where a backfill has ended
 * @param rows how many rows may be taken all in all; any number where it is not limited
 */
record Share(boolean claims, boolean ranges, boolean indexes, Allowance rows) {

  /** All that there is to do. */
  static Share all() {
    return new Share(true, true, true, Allowance.unlimited());
  }
}
