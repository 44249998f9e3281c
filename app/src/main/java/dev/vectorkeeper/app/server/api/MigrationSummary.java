package dev.vectorkeeper.app.server.api;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.migrate.MigrationListener;
import java.util.List;

/**
 * The last migration of a source.
 *
 * @param source the source's name
 * @param from the profile that was active when it began
 * @param to the profile that is to be active
 * @param state how far it is
 */
record MigrationSummary(String source, String from, String to, String state) {

  /** That of every source that had one. */
  static List<MigrationSummary> all(Vectorkeeper keeper) {
    return keeper.migrator(MigrationListener.NONE).latest().stream()
        .map(m -> new MigrationSummary(m.source(), m.from(), m.to(), m.state().toString()))
        .toList();
  }
}
