package dev.vectorkeeper.migrate;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.verify.VerificationReport;
import java.util.List;

/** Is told how a migration goes on. */
public interface MigrationListener {
  /** Nobody. */
  MigrationListener NONE = new MigrationListener() {};

  /**
   * A state was reached and journalled.
   *
   * @param done what was done for it
   */
  default void reached(Migration migration, String done) {}

  /** The work that leads to a state is about to be done. */
  default void before(Migration migration, MigrationState next) {}

  /** Collections are about to be filled; what is returned is closed when they are. */
  default AutoCloseable filling(List<Collection> collections) {
    return () -> {};
  }

  /** A verification is done, whether it passed or not. */
  default void verified(VerificationReport report) {}
}
