package dev.vectorkeeper.migrate;

import dev.vectorkeeper.queue.BatchResult;
import dev.vectorkeeper.status.CollectionStatus;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a migration stands.
 *
 * @param migration the migration
 * @param journal what was done, in order
 * @param collection how the new collection stands; nothing where there is none
 * @param used what filling the new collection has taken; nothing before there is one
 * @param bytes what the new collection takes on disk with its indexes
 * @param planned what the plan said that it would take; nothing where that could not be estimated
 * @param next what can be done next, as commands
 */
public record MigrationStatus(
    Migration migration,
    List<Entry> journal,
    Optional<CollectionStatus> collection,
    Optional<BatchResult> used,
    long bytes,
    Optional<Planned> planned,
    List<String> next) {

  /**
   * What was planned.
   *
   * @param rows rows to be embedded
   * @param tokens tokens of their texts
   * @param usd what they cost in US dollars, where the price is known
   * @param bytes what the vectors and their index take
   */
  public record Planned(long rows, long tokens, Optional<BigDecimal> usd, long bytes) {}

  /**
   * A line of the journal.
   *
   * @param state the state that was reached
   * @param note what was done
   * @param who who did it
   * @param at when
   */
  public record Entry(String state, String note, String who, Instant at) {}
}
