package dev.vectorkeeper.migrate;

import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.DatabaseUrl;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.TwoSpaces;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * A process that moves a migration on and is there to be killed: it stops for good just before the
 * work that leads to a state, or just after the state was journalled, and says so. Its input names
 * the database, the state, which of the two, and whether the vectors are in a column.
 */
final class KilledMigration {
  static final String IN_TABLES = "  entries: {table: entries, text: body, collections: [old]}\n";
  static final String IN_COLUMN =
      "  entries: {table: entries, text: body, collections: [old], placement: {column: embedding}}\n";

  private KilledMigration() {}

  static ScriptedProvider provider(String space, int dimensions) {
    return new ScriptedProvider(dimensions, 20, space);
  }

  static Migrator migrator(Database database, String sources, MigrationListener listener) {
    return TwoSpaces.migrator(
        database,
        sources,
        Map.of("old", provider("old", 16), "new", provider("new", 24)),
        listener);
  }

  /** Does all that leads to a state, whatever was done before. */
  static void reach(Migrator migrator, MigrationState goal) {
    Optional<MigrationState> last = migrator.last("entries").map(Migration::state);
    MigrationState present = last.orElse(MigrationState.PLANNED);
    if (last.equals(Optional.of(goal))) {
      return;
    }
    MigrationOptions options = MigrationOptions.DEFAULT.forced();
    if (present.isBeforeCutover()) {
      migrator.run(
          "entries",
          "new",
          MigrationOptions.DEFAULT,
          goal == MigrationState.ABORTED ? MigrationState.READY : MigrationState.CUT_OVER);
    }
    switch (goal) {
      case ROLLED_BACK -> migrator.rollback("entries", options, false);
      case RETIRED -> migrator.retire("entries", options, false);
      case ABORTED -> migrator.abort("entries", options, false);
      default -> {}
    }
  }

  public static void main(String[] arguments) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    DatabaseUrl url = DatabaseUrl.of(in.readLine(), in.readLine(), in.readLine());
    MigrationState state = MigrationState.valueOf(in.readLine());
    boolean before = Boolean.parseBoolean(in.readLine());
    String sources = Boolean.parseBoolean(in.readLine()) ? IN_COLUMN : IN_TABLES;
    MigrationListener stopping =
        new MigrationListener() {
          @Override
          public void before(Migration migration, MigrationState next) {
            stopIf(before && next == state);
          }

          @Override
          public void reached(Migration migration, String done) {
            stopIf(!before && migration.state() == state);
          }
        };
    try (Database database = Database.open(url, 8)) {
      reach(migrator(database, sources, stopping), state);
    }
  }

  private static void stopIf(boolean here) {
    if (here) {
      System.out.println("stopped");
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
