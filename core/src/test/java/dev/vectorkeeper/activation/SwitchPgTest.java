package dev.vectorkeeper.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.activation.Activation.Request;
import dev.vectorkeeper.activation.Activation.Switched;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.testing.TestRole;
import dev.vectorkeeper.testing.TwoSpaces;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Switching between two collections of a source, by the library and by plain SQL. */
class SwitchPgTest {
  private static final String BOTH =
      "  entries: {table: entries, text: body, collections: [old, new]%s}\n";
  private static final String PROFILE_NOW =
      "select profile || ' ' || dimensions from active_embedding_profile";

  private final ScriptedProvider old = new ScriptedProvider(8, 100, "old");
  private final ScriptedProvider other = new ScriptedProvider(12, 100, "new");
  private TestDatabase test;
  private TwoSpaces spaces;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql(
        "create table entries (id bigint primary key, body text)",
        "insert into entries select g, 'body ' || g from generate_series(1, 40) g");
    spaces = new TwoSpaces(test, old, other);
  }

  @AfterEach
  void close() {
    test.close();
  }

  private Switched run(String profile) {
    return spaces.activation().run(request(Optional.of(profile), false));
  }

  private static Request request(Optional<String> profile, boolean force) {
    return new Request("entries", profile, Optional.empty(), force, false);
  }

  private long differing(String provider) {
    return test.number(
        "select count(*) from entries_embeddings_active where profile <> '" + provider + "'");
  }

  @Test
  void a_switch_is_seen_by_the_active_view_and_can_be_undone() {
    spaces.apply(BOTH.formatted(""));
    spaces.drain();
    assertThat(test.column(PROFILE_NOW)).containsExactly("old 8");

    Switched there = run("new");
    assertThat(there.from()).hasValue("old");
    assertThat(there.to()).isEqualTo("new");
    assertThat(there.coverage().orElseThrow()).isEqualByComparingTo("100");
    assertThat(differing("new")).isZero();
    assertThat(test.number("select count(*) from entries_embeddings_active")).isEqualTo(40);
    assertThat(run("new").changed()).isFalse();

    Switched back = spaces.activation().run(request(Optional.empty(), false));
    assertThat(back.to()).isEqualTo("old");
    assertThat(differing("old")).isZero();
    assertThat(
            test.column(
                "select who = session_user and not forced and embedded = 40 and eligible = 40"
                    + " from vectorkeeper.switch_journal order by switch_id"))
        .containsExactly("t", "t");
  }

  @Test
  void a_switch_below_the_coverage_that_is_asked_for_is_refused_unless_forced() {
    other.refuse(
        text -> text.equals("body 7"),
        new dev.vectorkeeper.provider.EmbeddingFailure(
            dev.vectorkeeper.provider.FailureKind.INVALID_INPUT, "poison"));
    spaces.apply(BOTH.formatted(""));
    spaces.drain();
    test.sql("delete from entries_new_vectors where id <= 4");

    assertThatThrownBy(() -> run("new"))
        .isInstanceOf(VectorkeeperException.class)
        .hasMessageContaining("has vectors for 35 of 39 rows (89.7 %)")
        .extracting(e -> ((VectorkeeperException) e).code())
        .isEqualTo("VK-T02");
    assertThat(test.column(PROFILE_NOW)).containsExactly("old 8");

    Request lower =
        new Request("entries", Optional.of("new"), Optional.of(new BigDecimal("89")), false, false);
    assertThat(spaces.activation().run(lower).changed()).isTrue();
    run("old");
    assertThat(spaces.activation().run(request(Optional.of("new"), true)).changed()).isTrue();
    assertThat(test.column("select forced from vectorkeeper.switch_journal order by switch_id"))
        .containsExactly("f", "f", "t");
  }

  @Test
  void the_file_says_what_coverage_is_asked_for_and_a_dry_run_changes_nothing() {
    spaces.apply(BOTH.formatted(""));
    spaces.drain();
    test.sql("delete from entries_new_vectors where id <= 4");
    assertThat(spaces.apply(BOTH.formatted(", min-coverage: 90 %")).changes())
        .containsExactly(
            "ask for a coverage of 90 % before a collection of entries is made active (now 100 %)");
    assertThat(spaces.apply(BOTH.formatted(", min-coverage: 90 %")).changes()).isEmpty();
    Request dry = new Request("entries", Optional.of("new"), Optional.empty(), false, true);
    assertThat(spaces.activation().run(dry).changed()).isTrue();
    assertThat(test.column(PROFILE_NOW)).containsExactly("old 8");
    assertThat(run("new").coverage().orElseThrow()).isEqualByComparingTo("90");
  }

  @Test
  void what_does_not_exist_is_named_with_what_does() {
    spaces.apply(BOTH.formatted(""));
    assertThatThrownBy(() -> run("newer"))
        .hasMessageContaining("no collection under a profile newer. It has old, new.");
    assertThatThrownBy(() -> spaces.activation().run(request(Optional.empty(), false)))
        .hasMessageContaining("no switch of entries to undo");
    assertThatThrownBy(
            () -> test.sql("select * from set_active_embedding_profile('jina', 'v3', 1024)"))
        .hasMessageContaining("VK-T01")
        .hasMessageContaining(
            "entries: local, old, 8, '' (old); entries: local, new, 12, '' (new)");
  }

  @Test
  void a_filter_that_fails_on_a_row_is_said_and_can_be_forced_past() {
    test.sql("alter table entries add column n int not null default 1");
    spaces.apply(BOTH.formatted(", where: \"10 / n > 0\""));
    spaces.drain();
    test.sql("update entries set n = 0 where id = 3");
    assertThatThrownBy(() -> run("new"))
        .hasMessageContaining("cannot be counted")
        .hasMessageContaining("division by zero");
    Switched forced = spaces.activation().run(request(Optional.of("new"), true));
    assertThat(forced.coverage()).isEmpty();
    assertThat(forced.changed()).isTrue();
  }

  @Test
  void a_role_that_is_granted_only_that_switches_in_plain_sql() throws SQLException {
    spaces.apply(BOTH.formatted(""));
    spaces.drain();
    TestRole operator = TestRole.create(test, "");
    try {
      assertThatThrownBy(
              () -> operator.sql("select set_active_embedding_profile('local', 'new', 12)"))
          .hasMessageContaining("permission denied");
      test.sql(
          "grant execute on function set_active_embedding_profile to " + operator.name(),
          "grant select, update on embedding_settings to " + operator.name());
      operator.sql("select * from set_active_embedding_profile('local', 'new', 12, '', 'entries')");
      assertThat(test.column(PROFILE_NOW)).containsExactly("new 12");

      operator.sql(
          "update embedding_settings set provider = 'local', model = 'old', dimensions = 8 where id = 1");
      assertThat(test.column(PROFILE_NOW)).containsExactly("old 8");
      operator.sql("update embedding_settings set profile = 'new'");
      assertThat(test.column(PROFILE_NOW)).containsExactly("new 12");
      assertThat(test.column("select who from vectorkeeper.switch_journal"))
          .containsOnly(operator.name());

      test.sql("delete from entries_old_vectors where id = 1");
      assertThatThrownBy(() -> operator.sql("update embedding_settings set profile = 'old'"))
          .hasMessageContaining("VK-T02");
      assertThatThrownBy(() -> operator.sql("select vectorkeeper.switch_collection(1, 0, true)"))
          .hasMessageContaining("permission denied");
    } finally {
      test.close();
      operator.close();
      test = TestDatabase.create();
    }
  }

  @Test
  void one_call_switches_every_source_that_has_the_profile_or_none() {
    test.sql(
        "create table notes (id int primary key, body text)",
        "insert into notes select g, 'note ' || g from generate_series(1, 10) g");
    spaces.apply(
        BOTH.formatted("") + "  notes: {table: notes, text: body, collections: [old, new]}\n");
    spaces.drain();
    test.sql("delete from notes_new_vectors where id = 1");
    assertThatThrownBy(() -> test.sql("select set_active_embedding_profile('local', 'new', 12)"))
        .hasMessageContaining("VK-T02 The collection notes/new");
    assertThat(test.column(PROFILE_NOW)).containsExactly("old 8", "old 8");
    test.sql("select set_active_embedding_profile('local', 'new', 12, min_coverage => 90)");
    assertThat(test.column(PROFILE_NOW)).containsExactly("new 12", "new 12");
  }

  @Test
  void a_view_and_a_function_of_the_users_own_survive_every_switch() {
    spaces.apply(BOTH.formatted(""));
    spaces.drain();
    test.sql(
        "create view mine as select e.body, a.embedding from entries e join entries_embeddings_active a using (id)",
        "create function nearest(q vector) returns setof bigint language sql stable"
            + " begin atomic select id from entries_embeddings_active order by embedding <=> q limit 1; end");
    for (int i = 0; i < 4; i++) {
      ScriptedProvider now = i % 2 == 0 ? other : old;
      run(i % 2 == 0 ? "new" : "old");
      assertThat(test.number("select count(*) from mine")).isEqualTo(40);
      assertThat(test.column("select nearest(" + literal(now.vector("body 9")) + ")"))
          .containsExactly("9");
    }
  }

  @Test
  void adding_a_collection_makes_it_beside_the_others_and_taking_it_out_drops_nothing() {
    String one = "  entries: {table: entries, text: body, collections: [old]}\n";
    spaces.apply(one);
    spaces.drain();
    test.sql("analyze entries");
    assertThat(spaces.apply(BOTH.formatted("")).changes())
        .containsExactly(
            "add the profile new: new, 12 dimensions",
            "make the collection entries/new in public.entries_new_vectors and backfill about 40 rows");
    spaces.drain();
    assertThat(old.timesAnswered("body 1")).isEqualTo(1);
    assertThat(test.number("select count(*) from entries_new_vectors")).isEqualTo(40);
    assertThat(spaces.apply(one).changes()).isEmpty();
    test.sql("insert into entries values (41, 'body 41')");
    spaces.drain();
    assertThat(test.number("select count(*) from entries_new_vectors")).isEqualTo(41);
  }

  @Test
  void names_that_are_taken_are_left_alone() {
    test.sql("create table embedding_settings (mine int)");
    assertThatThrownBy(() -> spaces.apply(BOTH.formatted("")))
        .hasMessageContaining("public.embedding_settings")
        .hasMessageContaining("settings-schema");
    test.sql(
        "drop table embedding_settings",
        "create function match_entries(vector) returns int language sql return 1");
    assertThatThrownBy(() -> spaces.apply(BOTH.formatted("")))
        .hasMessageContaining("a function named public.match_entries");
    assertThat(spaces.apply(BOTH.formatted(", views: {match: match_entry}")).changes())
        .contains("make the function public.match_entry");
  }

  private static String literal(float[] vector) {
    return "'" + java.util.Arrays.toString(vector) + "'::vector";
  }
}
