package dev.vectorkeeper.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.StoredVectors;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.testing.TwoSpaces;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A process is killed at each state that the code knows, before the work that leads there and after
 * it is journalled; another one comes to the same end.
 */
class KilledMigrationPgTest {
  private static final int ROWS = 300;
  private static final boolean FULL = "full".equals(System.getProperty("vectorkeeper.size"));

  /** A state that is added to the code is added here by itself. */
  static Stream<Arguments> points() {
    return Stream.of(MigrationState.values())
        .flatMap(
            state ->
                Stream.of(true, false)
                    .filter(
                        before ->
                            FULL
                                || before && state.ordinal() % 4 == 1
                                || !before && state == MigrationState.CUT_OVER)
                    .filter(before -> !before || state != MigrationState.PLANNED)
                    .flatMap(
                        before ->
                            Stream.of(true, false)
                                .filter(column -> FULL || column == isColumnsTurn(state))
                                .map(column -> Arguments.of(state, before, column))));
  }

  private static boolean isColumnsTurn(MigrationState state) {
    return state == MigrationState.VERIFYING
        || state == MigrationState.CUT_OVER
        || state == MigrationState.ABORTED;
  }

  @ParameterizedTest(name = "{0}, before: {1}, in a column: {2}")
  @MethodSource("points")
  void whoever_goes_on_comes_to_the_same_end(MigrationState state, boolean before, boolean column)
      throws Exception {
    String sources = column ? KilledMigration.IN_COLUMN : KilledMigration.IN_TABLES;
    try (TestDatabase test = TestDatabase.create()) {
      test.sql(
          "create table entries (id bigint primary key, body text)",
          "insert into entries select g, 'body ' || g from generate_series(1, " + ROWS + ") g");
      if (column) {
        test.sql(
            "alter table entries add column embedding vector(16)",
            "create view followed as select id, body, embedding from entries");
      }
      TwoSpaces spaces =
          new TwoSpaces(
              test, KilledMigration.provider("old", 16), KilledMigration.provider("new", 24));
      spaces.apply(sources);
      spaces.drain();
      kill(test, state, before, column);
      test.sql("update entries set body = 'changed after the kill' where id = 7");
      MigrationState goal = state.isBeforeCutover() ? MigrationState.CUT_OVER : state;
      Migrator migrator =
          KilledMigration.migrator(test.database(), sources, MigrationListener.NONE);
      KilledMigration.reach(migrator, goal);
      spaces.drain();
      assertEnd(test, migrator, goal, column);
    }
  }

  private static void assertEnd(
      TestDatabase test, Migrator migrator, MigrationState goal, boolean column) {
    boolean back = goal == MigrationState.ROLLED_BACK || goal == MigrationState.ABORTED;
    assertThat(migrator.status("entries").migration().state()).isEqualTo(goal);
    assertThat(test.column("select profile from embedding_settings"))
        .containsExactly(back ? "old" : "new");
    if (goal != MigrationState.RETIRED) {
      assertSpace(test, "old", KilledMigration.provider("old", 16));
    }
    if (goal != MigrationState.ABORTED) {
      assertSpace(test, "new", KilledMigration.provider("new", 24));
    }
    int collections = goal == MigrationState.RETIRED || goal == MigrationState.ABORTED ? 1 : 2;
    if (column) {
      assertFollowed(test, goal, back);
    }
    assertThat(test.number("select count(*) from pg_class where relname ~ '^entries_.*_vectors$'"))
        .isEqualTo(collections);
    assertThat(test.number("select count(*) from entries_embeddings"))
        .isEqualTo(collections * ROWS);
    assertThat(
            test.number(
                "select count(*) from pg_index i join pg_class c on c.oid = i.indexrelid where c.relname ~ '_embedding_idx(__other)?$' and i.indisvalid"))
        .isEqualTo(collections);
    assertThat(test.number("select count(*) from vectorkeeper.migration")).isEqualTo(1);
    List<String> journal =
        test.column("select state from vectorkeeper.migration_journal order by journal_id");
    assertThat(journal).doesNotHaveDuplicates().endsWith(goal.toString());
  }

  private static void assertFollowed(TestDatabase test, MigrationState goal, boolean back) {
    ScriptedProvider active =
        back ? KilledMigration.provider("old", 16) : KilledMigration.provider("new", 24);
    Map<String, float[]> seen = StoredVectors.of(test, "followed", "id");
    assertThat(seen).hasSize(ROWS);
    assertThat(seen.get("9")).containsExactly(active.vector("body 9"));
    boolean one = goal == MigrationState.RETIRED || goal == MigrationState.ABORTED;
    assertThat(test.number("select count(*) from pg_class where relname = 'followed__other'"))
        .isEqualTo(one ? 0 : 1);
    assertThat(
            test.number(
                "select count(*) from pg_attribute where attrelid = 'entries'::regclass and attname = 'embedding__other'"))
        .isEqualTo(one ? 0 : 1);
  }

  private static void assertSpace(TestDatabase test, String profile, ScriptedProvider provider) {
    Map<String, float[]> stored = StoredVectors.of(test, "entries_" + profile + "_vectors", "id");
    assertThat(stored).hasSize(ROWS);
    for (String row : test.column("select id || ' ' || body from entries")) {
      int space = row.indexOf(' ');
      assertThat(stored.get(row.substring(0, space)))
          .as(row)
          .containsExactly(provider.vector(row.substring(space + 1)));
    }
  }

  private static void kill(TestDatabase test, MigrationState state, boolean before, boolean column)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            KilledMigration.class.getName());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process child = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (PrintStream in = new PrintStream(child.getOutputStream(), true, StandardCharsets.UTF_8);
        BufferedReader out =
            new BufferedReader(
                new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      in.println(test.url().jdbcUrl());
      in.println(test.url().properties().getProperty("user"));
      in.println(test.url().properties().getProperty("password"));
      in.println(state.name());
      in.println(before);
      in.println(column);
      String line = out.readLine();
      while (line != null && !line.equals("stopped")) {
        line = out.readLine();
      }
      assertThat(line).as("the process stopped at %s", state).isEqualTo("stopped");
    } finally {
      child.destroyForcibly().waitFor();
    }
  }
}
