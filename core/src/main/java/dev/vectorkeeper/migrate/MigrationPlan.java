package dev.vectorkeeper.migrate;

import dev.vectorkeeper.backfill.Estimate;
import dev.vectorkeeper.migrate.Finding.Level;
import java.util.List;
import java.util.Optional;

/**
 * What a migration would do, found without changing anything.
 *
 * @param source the source
 * @param from the profile that is active
 * @param to the profile that is to be
 * @param swaps whether the new vectors take the name of the column that the old ones are in
 * @param findings what was found, numbered
 * @param estimate what filling the new collection costs, where that could be found
 * @param steps what will be done, in order
 */
public record MigrationPlan(
    String source,
    String from,
    String to,
    boolean swaps,
    List<Finding> findings,
    Optional<Estimate> estimate,
    List<String> steps) {

  /** Whether nothing stops it. */
  public boolean isPossible() {
    return stops().isEmpty();
  }

  /** What stops it. */
  public List<Finding> stops() {
    return findings.stream().filter(finding -> finding.level() == Level.STOP).toList();
  }
}
