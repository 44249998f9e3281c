package dev.vectorkeeper.status;

import dev.vectorkeeper.backfill.Progress;
import dev.vectorkeeper.queue.Activity.Percentiles;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Optional;

/**
 * How one collection stands by what the catalog and the planner know; no row of the user's is
 * looked at for it.
 *
 * @param source the source's name
 * @param table the user's table
 * @param sync realtime, scheduled or manual
 * @param profile the profile's name
 * @param model the profile's model
 * @param state building, ready or retired
 * @param active whether queries go to it
 * @param paused why nothing is embedded under its profile, if it is paused
 * @param rows about how many rows should have a vector
 * @param outstanding rows among them whose vector is not known to be current: those that wait,
 *     failed, or were not looked at yet since the collection was made
 * @param coverage the share of rows whose vector is current, from 0 to 1
 * @param queue what is still to be done
 * @param freshness seconds from a change to its stored vector, during the last day
 * @param rate rows a second that were worked off during the last minute or two
 * @param spend what embedding cost
 * @param indexReady whether its vector index is there and valid, or none is wanted
 * @param indexBuilt how far its build is, from 0 to 1, while it is being built
 * @param backfill the latest backfill
 * @param trouble what last kept the provider from answering
 */
public record Standing(
    String source,
    String table,
    String sync,
    String profile,
    String model,
    String state,
    boolean active,
    Optional<String> paused,
    long rows,
    long outstanding,
    double coverage,
    CollectionStatus.Queue queue,
    Percentiles freshness,
    double rate,
    Spend spend,
    boolean indexReady,
    Optional<Double> indexBuilt,
    Optional<Progress> backfill,
    Optional<Trouble> trouble) {

  /**
   * What embedding cost in US dollars, without queries.
   *
   * @param today on this day of UTC
   * @param month in this month of UTC
   */
  public record Spend(BigDecimal today, BigDecimal month) {}

  /**
   * What kept a provider from answering.
   *
   * @param code the stable code
   * @param why what it said
   * @param at when that was last noted
   */
  public record Trouble(String code, String why, Instant at) {}
}
