package dev.vectorkeeper.status;

import dev.vectorkeeper.backfill.Progress;
import dev.vectorkeeper.queue.BatchResult;
import java.util.Optional;

/**
 * How one collection stands.
 *
 * @param source the source's name
 * @param profile the profile's name
 * @param model the profile's model
 * @param dimensions components of a vector
 * @param state building, ready or retired
 * @param active whether queries go to it
 * @param table where its vectors are
 * @param paused why nothing is embedded under its profile, if it is paused
 * @param rows its rows and vectors
 * @param queue what is still to be done
 * @param totals what was done since the collection was made
 * @param backfill the latest backfill
 * @param indexReady whether its vector index is there and valid, or none is wanted
 * @param indexBuilt how far its build is, from 0 to 1, while it is being built
 */
public record CollectionStatus(
    String source,
    String profile,
    String model,
    int dimensions,
    String state,
    boolean active,
    String table,
    Optional<String> paused,
    Rows rows,
    Queue queue,
    BatchResult totals,
    Optional<Progress> backfill,
    boolean indexReady,
    Optional<Double> indexBuilt) {

  /**
   * Rows and vectors.
   *
   * @param eligible rows that should have a vector
   * @param embedded rows that have one
   * @param exact whether both were counted; else they are the planner's estimates
   */
  public record Rows(long eligible, long embedded, boolean exact) {
    /** The share of eligible rows that have a vector, from 0 to 1. */
    public double coverage() {
      return eligible == 0 ? 1 : Math.min(1, (double) embedded / eligible);
    }
  }

  /**
   * What is still to be done.
   *
   * @param pending keys that wait in the log and in claims
   * @param retries keys that failed and will be tried again
   * @param dead keys that are tried no more
   * @param oldestSeconds how long the oldest pending key has waited
   */
  public record Queue(long pending, long retries, long dead, double oldestSeconds) {
    /** Keys that are still to be done, those among them that failed before included. */
    public long waiting() {
      return pending + retries;
    }
  }
}
