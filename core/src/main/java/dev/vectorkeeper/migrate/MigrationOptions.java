package dev.vectorkeeper.migrate;

import dev.vectorkeeper.verify.VerificationOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What is asked of a migration.
 *
 * @param verification what is asked of its verification
 * @param verifiedWithin how old a verification may be at the cutover
 * @param retireAfter how long after the cutover the old collection is kept at least
 * @param unreadFor how long nobody may have searched the old collection before it is dropped
 * @param archive where the old vectors are written to before they are dropped, as compressed CSV
 * @param searchesNamed whether all searches by the match function name their collection, and those
 *     by functions of the user's know which model they ask
 * @param writersReady whether what writes vectors itself will write the new model's from the
 *     cutover on
 * @param intoTable whether vectors in a column are moved into a table
 * @param force whether to go on whatever the checks say; journalled
 */
public record MigrationOptions(
    VerificationOptions verification,
    Duration verifiedWithin,
    Duration retireAfter,
    Duration unreadFor,
    Optional<Path> archive,
    boolean searchesNamed,
    boolean writersReady,
    boolean intoTable,
    boolean force) {

  /**
   * A day for a verification, a week before the old collection goes, an hour without a search of
   * it.
   */
  public static final MigrationOptions DEFAULT =
      new MigrationOptions(
          VerificationOptions.DEFAULT,
          Duration.ofDays(1),
          Duration.ofDays(7),
          Duration.ofHours(1),
          Optional.empty(),
          false,
          false,
          false,
          false);

  /** The same with another verification. */
  public MigrationOptions withVerification(VerificationOptions other) {
    return new MigrationOptions(
        other,
        verifiedWithin,
        retireAfter,
        unreadFor,
        archive,
        searchesNamed,
        writersReady,
        intoTable,
        force);
  }

  /** The same, going on whatever the checks say. */
  public MigrationOptions forced() {
    return new MigrationOptions(
        verification,
        verifiedWithin,
        retireAfter,
        unreadFor,
        archive,
        searchesNamed,
        writersReady,
        intoTable,
        true);
  }

  /** The same where all searches name their collection. */
  public MigrationOptions withSearchesNamed() {
    return new MigrationOptions(
        verification,
        verifiedWithin,
        retireAfter,
        unreadFor,
        archive,
        true,
        writersReady,
        intoTable,
        force);
  }

  /** The same where what writes vectors itself is ready for the new model. */
  public MigrationOptions withWritersReady() {
    return new MigrationOptions(
        verification,
        verifiedWithin,
        retireAfter,
        unreadFor,
        archive,
        searchesNamed,
        true,
        intoTable,
        force);
  }

  /** The same into a table, where the vectors are in a column now. */
  public MigrationOptions withTable() {
    return new MigrationOptions(
        verification,
        verifiedWithin,
        retireAfter,
        unreadFor,
        archive,
        searchesNamed,
        writersReady,
        true,
        force);
  }

  /** The same with other times before the old collection is dropped, and where it is kept. */
  public MigrationOptions withRetirement(Duration after, Duration unread, Optional<Path> file) {
    return new MigrationOptions(
        verification,
        verifiedWithin,
        after,
        unread,
        file,
        searchesNamed,
        writersReady,
        intoTable,
        force);
  }

  /** The same with another age that a verification may have. */
  public MigrationOptions withVerifiedWithin(Duration within) {
    return new MigrationOptions(
        verification,
        within,
        retireAfter,
        unreadFor,
        archive,
        searchesNamed,
        writersReady,
        intoTable,
        force);
  }
}
