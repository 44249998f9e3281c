package dev.vectorkeeper.migrate;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** How far a migration is. Each is journalled when it is reached. */
public enum MigrationState {
  /** It was found possible and is written down. */
  PLANNED,
  /** The new collection is there, captured like the old one. */
  PREPARED,
  /** The new collection is being filled. */
  BACKFILLING,
  /** All rows were looked at; the index is being built. */
  INDEXING,
  /** The index is there; what is stored is to be verified. */
  VERIFYING,
  /** Verification passed. */
  READY,
  /** The new collection is the active one; the old one is kept in step. */
  CUT_OVER,
  /** The old collection is the active one again; the new one is kept in step. */
  ROLLED_BACK,
  /** The old collection is dropped. */
  RETIRED,
  /** The new collection is dropped. */
  ABORTED;

  private static final Map<String, MigrationState> GATES =
      Map.of(
          "prepared", PREPARED,
          "filled", INDEXING,
          "indexed", VERIFYING,
          "verified", READY,
          "cut-over", CUT_OVER);

  /** Its name in the catalog, in reports and for people, such as {@code cut over}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  static MigrationState named(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT).replace(' ', '_'));
  }

  /** The state up to which a run goes that is told a gate by its name, such as {@code verified}. */
  public static Optional<MigrationState> gate(String name) {
    return Optional.ofNullable(GATES.get(name));
  }

  /** Whether the queries go to the old collection and have not gone to the new one since. */
  public boolean isBeforeCutover() {
    return ordinal() < CUT_OVER.ordinal();
  }
}
