package dev.vectorkeeper.catalog;

import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.profile.Profile;
import dev.vectorkeeper.source.IndexDefinition;
import dev.vectorkeeper.source.Source;
import java.util.Optional;

/**
 * The embeddings of one source under one profile.
 *
 * @param id its number in the catalog
 * @param source whose rows
 * @param profile under which space
 * @param table where the vectors are, or the view through which those in a column are read
 * @param column the column of the source's table that holds the vectors, where one does
 * @param index its vector index
 * @param state how far it is
 * @param active whether queries go to it
 */
public record Collection(
    int id,
    Source source,
    Profile profile,
    SqlName table,
    Optional<String> column,
    IndexDefinition index,
    State state,
    boolean active) {

  /** How far a collection is. */
  public enum State {
    /** Its backfill or its index is not complete. */
    BUILDING,
    /** Complete and kept in step. */
    READY,
    /** No longer kept in step. */
    RETIRED
  }

  /** The source's and the profile's name, for people. */
  @Override
  public String toString() {
    return source.name() + "/" + profile.name();
  }
}
