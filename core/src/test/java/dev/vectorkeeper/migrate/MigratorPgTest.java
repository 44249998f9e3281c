package dev.vectorkeeper.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.migrate.Finding.Level;
import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.FailureKind;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.testing.TwoSpaces;
import dev.vectorkeeper.verify.CheckKind;
import dev.vectorkeeper.verify.VerificationOptions;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A migration from beginning to end, and what stops it. */
class MigratorPgTest {
  private static final int ROWS = 400;
  private static final String SOURCES =
      "  entries: {table: entries, text: body, collections: [old]}\n";

  @TempDir private Path directory;
  private TestDatabase test;
  private ScriptedProvider other;
  private TwoSpaces spaces;
  private Migrator migrator;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    other = new ScriptedProvider(24, 100, "new");
    test.sql(
        "create table entries (id bigint primary key, body text)",
        "insert into entries select g, 'body ' || g from generate_series(1, " + ROWS + ") g");
    spaces = new TwoSpaces(test, new ScriptedProvider(16, 100, "old"), other);
    spaces.apply(SOURCES);
    spaces.drain();
    migrator = spaces.migrator(SOURCES, MigrationListener.NONE);
  }

  @AfterEach
  void close() {
    test.close();
  }

  private String active() {
    return test.column("select profile from embedding_settings").get(0);
  }

  private static MigrationOptions atOnce() {
    return MigrationOptions.DEFAULT.withRetirement(Duration.ZERO, Duration.ZERO, Optional.empty());
  }

  @Test
  void from_the_plan_to_the_end_and_back_meanwhile() throws Exception {
    MigrationPlan plan = migrator.plan("entries", "new", MigrationOptions.DEFAULT);
    assertThat(plan.stops()).isEmpty();
    assertThat(plan.estimate()).hasValueSatisfying(e -> assertThat(e.rows()).isEqualTo(ROWS));
    assertThat(plan.findings()).extracting(Finding::number).startsWith(1, 2, 3);
    assertThat(test.number("select count(*) from vectorkeeper.migration")).isZero();

    assertThat(
            migrator.run("entries", "new", MigrationOptions.DEFAULT, MigrationState.READY).state())
        .isEqualTo(MigrationState.READY);
    assertThat(active()).isEqualTo("old");
    assertThat(migrator.cutover("entries", MigrationOptions.DEFAULT, true).state())
        .isEqualTo(MigrationState.READY);
    migrator.cutover("entries", MigrationOptions.DEFAULT, false);
    assertThat(active()).isEqualTo("new");
    int asked = other.requests();
    test.sql("update entries set body = 'changed meanwhile' where id = 1");
    spaces.drain();
    migrator.rollback("entries", MigrationOptions.DEFAULT, false);
    assertThat(active()).isEqualTo("old");
    assertThat(
            test.number("select count(distinct content_hash) from entries_embeddings where id = 1"))
        .isEqualTo(1);
    migrator.cutover("entries", MigrationOptions.DEFAULT, false);
    assertThat(other.requests()).isLessThanOrEqualTo(asked + 1);

    Path archive = directory.resolve("old.csv.gz");
    MigrationOptions archiving =
        MigrationOptions.DEFAULT.withRetirement(Duration.ZERO, Duration.ZERO, Optional.of(archive));
    assertThat(migrator.retire("entries", archiving, false).state())
        .isEqualTo(MigrationState.RETIRED);
    assertThat(active()).isEqualTo("new");
    assertThat(test.column("select to_regclass('entries_old_vectors')::text"))
        .containsExactly((String) null);
    assertThat(test.number("select count(*) from entries_embeddings")).isEqualTo(ROWS);
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(archive)), StandardCharsets.UTF_8))) {
      assertThat(lines.lines()).hasSize(ROWS + 1);
    }
    MigrationStatus status = migrator.status("entries");
    assertThat(status.journal())
        .filteredOn(entry -> !entry.note().startsWith("archive "))
        .extracting(MigrationStatus.Entry::state)
        .containsExactly(
            "planned",
            "prepared",
            "backfilling",
            "indexing",
            "verifying",
            "ready",
            "cut over",
            "rolled back",
            "cut over",
            "retired");
    assertThat(status.used()).hasValueSatisfying(u -> assertThat(u.embedded()).isEqualTo(ROWS + 1));
    assertThat(status.planned()).hasValueSatisfying(p -> assertThat(p.rows()).isEqualTo(ROWS));
    assertThat(status.next()).isEmpty();
    assertRefused("VK-M07", () -> migrator.rollback("entries", atOnce(), false));

    assertThat(spaces.apply(SOURCES).changes()).isEmpty();
    Migrator back = spaces.migrator(SOURCES, MigrationListener.NONE);
    back.run("entries", "old", MigrationOptions.DEFAULT, MigrationState.CUT_OVER);
    assertThat(active()).isEqualTo("old");
    assertThat(test.number("select count(*) from entries_embeddings_active")).isEqualTo(ROWS);
  }

  private static void assertRefused(String code, Runnable step) {
    assertThatThrownBy(step::run)
        .isInstanceOfSatisfying(
            VectorkeeperException.class,
            e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(code));
  }

  @Test
  void each_step_out_of_its_turn_is_refused_and_changes_nothing() {
    assertRefused("VK-M01", () -> migrator.cutover("entries", atOnce(), false));
    assertRefused("VK-M01", () -> migrator.status("entries"));
    assertRefused("VK-M03", () -> migrator.start("entries", "old", MigrationOptions.DEFAULT));
    assertRefused("VK-M03", () -> migrator.start("entries", "unknown", MigrationOptions.DEFAULT));
    assertThat(test.number("select count(*) from vectorkeeper.migration")).isZero();
    migrator.start("entries", "new", MigrationOptions.DEFAULT);
    assertRefused("VK-M05", () -> migrator.cutover("entries", atOnce(), false));
    assertRefused("VK-M05", () -> migrator.verify("entries", atOnce()));
    assertRefused("VK-M07", () -> migrator.rollback("entries", atOnce(), false));
    assertRefused("VK-M08", () -> migrator.retire("entries", atOnce(), false));
    assertRefused(
        "VK-M02",
        () -> migrator.run("entries", "old", MigrationOptions.DEFAULT, MigrationState.READY));
    migrator.run("entries", "new", MigrationOptions.DEFAULT, MigrationState.READY);
    MigrationOptions fresh = MigrationOptions.DEFAULT.withVerifiedWithin(Duration.ofNanos(1));
    assertRefused("VK-M05", () -> migrator.cutover("entries", fresh, false));
    migrator.cutover("entries", MigrationOptions.DEFAULT, false);
    assertRefused("VK-M08", () -> migrator.retire("entries", MigrationOptions.DEFAULT, false));
    assertRefused("VK-M07", () -> migrator.abort("entries", atOnce(), false));
    migrator.rollback("entries", atOnce(), false);
    assertRefused(
        "VK-M07",
        () -> migrator.run("entries", "new", MigrationOptions.DEFAULT, MigrationState.CUT_OVER));
    migrator.abort("entries", atOnce(), false);
    assertThat(active()).isEqualTo("old");
    assertThat(test.column("select to_regclass('entries_new_vectors')::text"))
        .containsExactly((String) null);
    assertThat(migrator.status("entries").migration().state()).isEqualTo(MigrationState.ABORTED);
  }

  @Test
  void a_provider_that_cannot_be_had_or_answers_otherwise_stops_it() {
    other.before(
        texts -> {
          throw new EmbeddingFailure(FailureKind.UNAUTHORISED, "The key is refused.");
        });
    MigrationPlan plan = migrator.plan("entries", "new", MigrationOptions.DEFAULT);
    assertThat(plan.stops())
        .extracting(Finding::topic, Finding::sentence)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(
                "provider", "VK-P04 A test text could not be embedded: The key is refused."));
    assertRefused("VK-M03", () -> migrator.start("entries", "new", MigrationOptions.DEFAULT));
    assertThat(test.column("select to_regclass('entries_new_vectors')::text"))
        .containsExactly((String) null);
  }

  @Test
  void a_file_that_is_not_applied_stops_it() {
    Migrator changed =
        spaces.migrator(
            "  entries: {table: entries, text: body, where: \"id > 0\", collections: [old]}\n",
            MigrationListener.NONE);
    assertThat(changed.plan("entries", "new", MigrationOptions.DEFAULT).stops())
        .extracting(Finding::topic)
        .contains("file");
  }

  @Test
  void views_functions_and_materialised_views_over_the_views_are_named() {
    test.sql(
        "create view mine as select id from entries_embeddings_active",
        "create view outer_mine as select * from mine",
        "create view direct as select id from entries_old_vectors",
        "create materialized view frozen as select id, embedding from entries_embeddings_active",
        "create function counted() returns bigint language sql begin atomic select count(*) from entries_embeddings; end",
        "create function searched() returns bigint language plpgsql as 'begin return (select count(*) from match_entries(null)); end'");
    List<Finding> findings = migrator.plan("entries", "new", MigrationOptions.DEFAULT).findings();
    assertThat(findings.stream().filter(f -> f.topic().equals("dependants")).map(Finding::sentence))
        .anyMatch(s -> s.startsWith("The view mine follows"))
        .anyMatch(s -> s.startsWith("The view outer_mine follows"))
        .anyMatch(s -> s.startsWith("The function counted() goes on working"))
        .anyMatch(s -> s.startsWith("The function searched() goes on working"))
        .anyMatch(s -> s.startsWith("The view direct reads the old vectors' own table"))
        .anyMatch(s -> s.startsWith("The materialised view frozen stays in the old space"));
    assertThat(findings)
        .filteredOn(f -> f.sentence().contains("frozen"))
        .allMatch(f -> f.level() == Level.WARNING);
  }

  @Test
  void verification_that_does_not_pass_holds_the_cutover_up() {
    MigrationOptions strict =
        MigrationOptions.DEFAULT.withVerification(
            new VerificationOptions(
                Map.of(CheckKind.OVERLAP, 0.99), 50, 5, 1, Optional.empty(), List.of(), List.of()));
    assertRefused("VK-M04", () -> migrator.run("entries", "new", strict, MigrationState.CUT_OVER));
    assertThat(active()).isEqualTo("old");
    assertThat(migrator.status("entries").migration().state()).isEqualTo(MigrationState.VERIFYING);
    assertRefused("VK-M05", () -> migrator.cutover("entries", MigrationOptions.DEFAULT, false));
    migrator.cutover("entries", MigrationOptions.DEFAULT.forced(), false);
    assertThat(active()).isEqualTo("new");
    assertThat(migrator.status("entries").journal())
        .last()
        .extracting(MigrationStatus.Entry::note)
        .isEqualTo("cut over, forced");
  }

  @Test
  void rows_that_would_be_found_no_more_hold_the_cutover_up() {
    migrator.run("entries", "new", MigrationOptions.DEFAULT, MigrationState.READY);
    test.sql("delete from entries_new_vectors where id = 17");
    assertThatThrownBy(() -> migrator.cutover("entries", MigrationOptions.DEFAULT, false))
        .hasMessageContaining("has no vectors for rows that are found now, such as 17.");
    assertThat(active()).isEqualTo("old");
  }

  @Test
  void a_row_that_waits_for_its_vector_does_not_hold_it_up() {
    migrator.run("entries", "new", MigrationOptions.DEFAULT, MigrationState.READY);
    test.sql("insert into entries values (1000, 'just written')");
    migrator.cutover("entries", MigrationOptions.DEFAULT, false);
    assertThat(active()).isEqualTo("new");
  }

  @Test
  void a_second_process_is_told_who_is_at_it() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    Migrator slow =
        spaces.migrator(
            SOURCES,
            new MigrationListener() {
              @Override
              public void before(Migration migration, MigrationState next) {
                if (next == MigrationState.INDEXING) {
                  inside.countDown();
                  awaitLatch(leave);
                }
              }
            });
    CompletableFuture<Migration> first =
        CompletableFuture.supplyAsync(
            () -> slow.run("entries", "new", MigrationOptions.DEFAULT, MigrationState.CUT_OVER),
            task -> new Thread(task, "first").start());
    awaitLatch(inside);
    assertThatThrownBy(
            () -> migrator.run("entries", "new", MigrationOptions.DEFAULT, MigrationState.CUT_OVER))
        .hasMessageContaining("Another process is at work on the migration of entries: process ");
    assertRefused("VK-M02", () -> migrator.abort("entries", atOnce(), false));
    leave.countDown();
    assertThat(first.get().state()).isEqualTo(MigrationState.CUT_OVER);
    assertThat(test.number("select count(*) from vectorkeeper.migration")).isEqualTo(1);
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void retiring_waits_until_nobody_searches_the_old_vectors() {
    migrator.run("entries", "new", MigrationOptions.DEFAULT, MigrationState.CUT_OVER);
    test.sql(
        "set enable_seqscan = off; select count(*) from match_entries((select embedding from entries_old_vectors where id = 1), collection => 'old')");
    MigrationOptions unread =
        MigrationOptions.DEFAULT.withRetirement(
            Duration.ZERO, Duration.ofHours(1), Optional.empty());
    await()
        .until(
            () ->
                test.number(
                        "select idx_scan from pg_stat_user_indexes where indexrelname = 'entries_old_vectors_embedding_idx'")
                    > 0);
    assertThatThrownBy(() -> migrator.retire("entries", unread, false))
        .hasMessageContaining("entries/old was searched at");
    assertThat(migrator.retire("entries", atOnce(), false).state())
        .isEqualTo(MigrationState.RETIRED);
  }

  @Test
  void a_lock_that_is_not_obtained_changes_nothing_and_names_who_holds_it() throws Exception {
    migrator.run("entries", "new", MigrationOptions.DEFAULT, MigrationState.READY);
    try (Connection holder = test.session();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("set application_name = 'the one who holds it'");
      statement.execute("select * from vectorkeeper.embedding_settings for update");
      assertThatThrownBy(() -> migrator.cutover("entries", MigrationOptions.DEFAULT, false))
          .hasMessageContaining("stayed locked by other sessions (process ")
          .hasMessageContaining("the one who holds it");
      holder.rollback();
    }
    assertThat(active()).isEqualTo("old");
    assertThat(migrator.status("entries").migration().state()).isEqualTo(MigrationState.READY);
    migrator.cutover("entries", MigrationOptions.DEFAULT, false);
  }

  @Test
  void giving_up_keeps_a_collection_that_was_there_before() {
    spaces.apply("  entries: {table: entries, text: body, collections: [old, new]}\n");
    spaces.drain();
    migrator.run("entries", "new", MigrationOptions.DEFAULT, MigrationState.READY);
    migrator.abort("entries", MigrationOptions.DEFAULT, false);
    assertThat(test.number("select count(*) from entries_new_vectors")).isEqualTo(ROWS);
    assertThat(migrator.status("entries").migration().state()).isEqualTo(MigrationState.ABORTED);
  }

  @Test
  void bringing_a_retired_collection_back_touches_no_other_source() {
    test.sql(
        "create table others (id bigint primary key, body text)",
        "insert into others values (1, 'one')");
    String both = SOURCES + "  others: {table: others, text: body, collections: [old]}\n";
    spaces.apply(both);
    spaces.drain();
    Migrator two = spaces.migrator(both, MigrationListener.NONE);
    for (String source : List.of("entries", "others")) {
      two.run(source, "new", MigrationOptions.DEFAULT, MigrationState.CUT_OVER);
      two.retire(source, atOnce(), false);
    }
    two.run("entries", "old", MigrationOptions.DEFAULT, MigrationState.CUT_OVER);
    assertThat(test.column("select to_regclass('others_old_vectors')::text"))
        .containsExactly((String) null);
    assertThat(test.number("select count(*) from entries_old_vectors")).isEqualTo(ROWS);
  }

  @Test
  void the_way_back_is_open_though_a_row_fails() {
    String filtered =
        "  entries: {table: entries, text: body, where: \"10 / id >= 0\", collections: [old]}\n";
    spaces.apply(filtered);
    spaces.drain();
    Migrator own = spaces.migrator(filtered, MigrationListener.NONE);
    own.run("entries", "new", MigrationOptions.DEFAULT, MigrationState.CUT_OVER);
    test.sql("insert into entries values (0, 'divides by zero')");
    assertThat(own.rollback("entries", MigrationOptions.DEFAULT, false).state())
        .isEqualTo(MigrationState.ROLLED_BACK);
    assertThat(active()).isEqualTo("old");
  }

  @Test
  void what_somebody_else_verified_opens_no_gate() {
    MigrationOptions strict =
        MigrationOptions.DEFAULT.withVerification(
            new VerificationOptions(
                Map.of(CheckKind.OVERLAP, 0.99), 50, 5, 1, Optional.empty(), List.of(), List.of()));
    assertRefused("VK-M04", () -> migrator.run("entries", "new", strict, MigrationState.CUT_OVER));
    assertThat(
            new dev.vectorkeeper.verify.Verification(test.database())
                .run("entries", Optional.of("new"), VerificationOptions.DEFAULT)
                .passed())
        .isTrue();
    assertRefused("VK-M05", () -> migrator.cutover("entries", MigrationOptions.DEFAULT, false));
    assertThat(migrator.verify("entries", MigrationOptions.DEFAULT).passed()).isTrue();
    migrator.cutover("entries", MigrationOptions.DEFAULT, false);
    assertThat(active()).isEqualTo("new");
  }

  @Test
  void a_paused_profile_holds_the_cutover_up() {
    migrator.run("entries", "new", MigrationOptions.DEFAULT, MigrationState.READY);
    test.sql(
        "update vectorkeeper.profile set paused_code = 'VK-P04', paused_why = 'The key is refused.', paused_at = now() where name = 'new'");
    assertThatThrownBy(() -> migrator.cutover("entries", MigrationOptions.DEFAULT, false))
        .hasMessageContaining("The profile new is paused (The key is refused.)");
  }

  @Test
  void two_models_of_one_dimension_need_searches_that_name_their_collection() {
    TwoSpaces alike =
        new TwoSpaces(
            test, new ScriptedProvider(16, 100, "old"), new ScriptedProvider(16, 100, "new"));
    Migrator own = alike.migrator(SOURCES, MigrationListener.NONE);
    assertThat(own.plan("entries", "new", MigrationOptions.DEFAULT).stops())
        .singleElement()
        .satisfies(f -> assertThat(f.sentence()).contains("Both models make 16 dimensions"));
    MigrationOptions named = MigrationOptions.DEFAULT.withSearchesNamed();
    own.run("entries", "new", named, MigrationState.CUT_OVER);
    assertThat(active()).isEqualTo("new");
  }

  @Test
  void an_archive_is_not_written_over_anothers_file_and_is_written_anew_after_a_failure()
      throws Exception {
    migrator.run("entries", "new", MigrationOptions.DEFAULT, MigrationState.CUT_OVER);
    Path file = directory.resolve("old.csv.gz");
    MigrationOptions archiving =
        MigrationOptions.DEFAULT.withRetirement(Duration.ZERO, Duration.ZERO, Optional.of(file));
    Files.writeString(file, "somebody's");
    assertRefused("VK-M10", () -> migrator.retire("entries", archiving, false));
    Files.delete(file);
    test.sql("create view holding as select id from entries_old_vectors");
    assertRefused("VK-D08", () -> migrator.retire("entries", archiving, false));
    assertThat(file).exists();
    test.sql("drop view holding");
    assertThat(migrator.retire("entries", archiving, false).state())
        .isEqualTo(MigrationState.RETIRED);
  }

  @Test
  void a_collection_beside_the_active_one_can_be_dropped_by_itself() {
    spaces.apply("  entries: {table: entries, text: body, collections: [old, new]}\n");
    spaces.drain();
    assertRefused("VK-M09", () -> migrator.retire("entries", "old", Optional.empty(), false));
    assertRefused("VK-M01", () -> migrator.retire("entries", "none", Optional.empty(), false));
    migrator.retire("entries", "new", Optional.empty(), true);
    assertThat(test.number("select count(*) from entries_new_vectors")).isEqualTo(ROWS);
    migrator.retire("entries", "new", Optional.of(directory.resolve("new.csv.gz")), false);
    assertThat(test.column("select to_regclass('entries_new_vectors')::text"))
        .containsExactly((String) null);
    assertThat(test.number("select count(*) from entries_embeddings")).isEqualTo(ROWS);
    assertThat(directory.resolve("new.csv.gz")).exists();
    migrator.run("entries", "new", MigrationOptions.DEFAULT, MigrationState.READY);
    assertRefused("VK-M02", () -> migrator.retire("entries", "new", Optional.empty(), false));
  }
}
