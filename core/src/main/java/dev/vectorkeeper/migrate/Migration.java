package dev.vectorkeeper.migrate;

import java.time.Instant;
import java.util.Optional;

/**
 * A change of a source's model.
 *
 * @param id its number in the catalog
 * @param source the source's name
 * @param from the profile that was active when it began
 * @param to the profile that is to be active
 * @param makes whether it makes the new collection, which goes again when it is given up
 * @param swaps whether the new vectors take the name of the column that the old ones are in
 * @param state how far it is
 * @param startedBy who began it
 * @param startedAt when
 * @param cutOverAt when it was cut over last
 */
public record Migration(
    long id,
    String source,
    String from,
    String to,
    boolean makes,
    boolean swaps,
    MigrationState state,
    String startedBy,
    Instant startedAt,
    Optional<Instant> cutOverAt) {

  /** The source and the two profiles, for people. */
  @Override
  public String toString() {
    return source + " from " + from + " to " + to;
  }
}
