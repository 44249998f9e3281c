package dev.vectorkeeper.backfill;

import java.math.BigDecimal;
import java.util.Optional;

/**
 * What may be asked of a backfill; nothing is asked where a field is empty.
 *
 * @param last only the so many newest rows by key
 * @param limit stop after so many rows that need a vector
 * @param where only rows that pass a condition over the source's columns, in SQL
 * @param budgetUsd stop before more US dollars than that are spent
 * @param rowsPerSecond go no faster, all workers together
 */
public record BackfillOptions(
    Optional<Long> last,
    Optional<Long> limit,
    Optional<String> where,
    Optional<BigDecimal> budgetUsd,
    Optional<Double> rowsPerSecond) {

  /** All rows, as fast as it goes. */
  public static final BackfillOptions NONE =
      new BackfillOptions(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
}
