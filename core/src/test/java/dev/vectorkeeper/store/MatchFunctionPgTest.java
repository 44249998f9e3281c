package dev.vectorkeeper.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.testing.TestRole;
import dev.vectorkeeper.testing.TwoSpaces;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The search function of a source: whom it answers, from which collection, and with what. */
class MatchFunctionPgTest {
  private static final String BOTH =
      "  entries: {table: entries, text: body, collections: [old, new]%s}\n";

  private final ScriptedProvider old = new ScriptedProvider(8, 1_000, "old");
  private final ScriptedProvider other = new ScriptedProvider(12, 1_000, "new");
  private final ScriptedProvider alike = new ScriptedProvider(8, 1_000, "alike");
  private TestDatabase test;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql(
        "create table entries (id bigint primary key, body text, lang text default 'en', tags int[])",
        "insert into entries select g, 'body ' || g, case when g % 10 = 0 then 'de' else 'en' end, array[g % 3]"
            + " from generate_series(1, 2500) g");
  }

  @AfterEach
  void close() {
    test.close();
  }

  private TwoSpaces apply(ScriptedProvider second, String more) {
    TwoSpaces spaces = new TwoSpaces(test, old, second);
    spaces.apply(BOTH.formatted(more));
    spaces.drain();
    test.sql("analyze");
    return spaces;
  }

  private static String vector(ScriptedProvider provider, String text) {
    return "'" + java.util.Arrays.toString(provider.vector(text)) + "'::vector";
  }

  private List<String> match(String arguments) {
    return test.column("select id from match_entries(" + arguments + ")");
  }

  @Test
  void the_vector_of_a_row_finds_the_row_in_the_active_collection() {
    apply(other, "");
    assertThat(match(vector(old, "body 77"))).hasSize(10).first().isEqualTo("77");
    assertThat(match(vector(old, "body 77") + ", match_count => 3")).hasSize(3);
    assertThat(match(vector(old, "body 77") + ", match_count => 200")).hasSize(200);
    assertThat(match(vector(old, "body 77") + ", 0.999999")).containsExactly("77");
    assertThat(
            test.column(
                "select profile || chunk || (similarity > 0.999999) from match_entries("
                    + vector(old, "body 77")
                    + ", match_count => 1)"))
        .containsExactly("old0true");
  }

  @Test
  void a_vector_of_another_space_is_refused_unless_its_collection_is_named() {
    TwoSpaces spaces = apply(other, "");
    String query = vector(other, "body 5");
    assertThatThrownBy(() -> match(query))
        .hasMessageContaining(
            "VK-Q03 The query vector has 12 dimensions and those of the collection old have 8.");
    assertThat(match(query + ", collection => 'new'")).first().isEqualTo("5");
    assertThatThrownBy(() -> match(vector(old, "body 5") + ", collection => 'new'"))
        .hasMessageContaining("VK-Q03 The query vector has 8 dimensions");
    assertThatThrownBy(() -> match(query + ", collection => 'newer'"))
        .hasMessageContaining("VK-Q05 match_entries knows no collection newer; it knows old, new.");
    assertThatThrownBy(() -> match("null::vector")).hasMessageContaining("VK-Q02");
    spaces
        .activation()
        .run(
            new dev.vectorkeeper.activation.Activation.Request(
                "entries", java.util.Optional.of("new"), java.util.Optional.empty(), false, false));
    assertThat(match(query)).first().isEqualTo("5");
    assertThat(match(vector(old, "body 5") + ", collection => 'old'")).first().isEqualTo("5");
  }

  @Test
  void at_equal_dimensions_the_collection_must_be_named() {
    apply(alike, "");
    assertThatThrownBy(() -> match(vector(old, "body 5")))
        .hasMessageContaining(
            "VK-Q04 Several collections of match_entries have vectors of 8 dimensions: old, new.");
    assertThat(match(vector(old, "body 5") + ", collection => 'old'")).first().isEqualTo("5");
    assertThat(match(vector(alike, "body 5") + ", collection => 'new'")).first().isEqualTo("5");
  }

  @Test
  void a_filter_that_keeps_one_row_in_ten_still_yields_as_many_as_are_asked_for() {
    apply(other, "");
    String filtered = vector(old, "body 77") + ", filter => '{\"lang\": \"de\"}'";
    List<String> found = match(filtered + ", match_count => 20");
    assertThat(found).hasSize(20).allMatch(id -> id.endsWith("0"));
    List<String> exact =
        test.column(
            "select id from entries_old_vectors join entries using (id) where lang = 'de' order by embedding <=> "
                + vector(old, "body 77")
                + ", id limit 20");
    assertThat(found).containsAnyElementsOf(exact);
    assertThat(found.stream().filter(exact::contains).count()).isGreaterThanOrEqualTo(18);
  }

  @Test
  void filters_take_lists_nulls_and_arrays_in_the_columns_own_types() {
    apply(other, "");
    String query = vector(old, "body 77") + ", match_count => 5, filter => ";
    assertThat(match(query + "'{\"id\": [77, \"78\", 9999]}'"))
        .containsExactlyInAnyOrder("77", "78");
    assertThat(match(query + "'{\"tags\": [2], \"id\": 77}'")).containsExactly("77");
    assertThat(match(query + "'{\"lang\": null}'")).isEmpty();
    assertThat(match(query + "'{}'")).hasSize(5);
    assertThatThrownBy(() -> match(query + "'{\"x'' or true --\": 1}'"))
        .hasMessageContaining("VK-Q06");
  }

  @Test
  void the_search_settings_of_the_session_are_as_before_afterwards() throws SQLException {
    apply(other, "");
    try (var session = test.session();
        var statement = session.createStatement()) {
      statement.execute("set hnsw.ef_search = 55");
      session.setAutoCommit(false);
      statement.execute(
          "select * from match_entries(" + vector(old, "body 1") + ", match_count => 300)");
      try (var row =
          statement.executeQuery(
              "select current_setting('hnsw.ef_search'), current_setting('hnsw.iterative_scan', true)")) {
        row.next();
        assertThat(row.getString(1)).isEqualTo("55");
        assertThat(row.getString(2)).isIn("off", null);
      }
      session.rollback();
    }
  }

  @Test
  void a_caller_needs_the_right_to_read_the_source_and_sees_what_its_policies_show()
      throws SQLException {
    TestRole reader = TestRole.create(test, "");
    try {
      apply(other, "");
      String search = "select id from match_entries(" + vector(old, "body 77") + ")";
      assertThatThrownBy(() -> reader.sql(search)).hasMessageContaining("permission denied");
      test.sql("grant select on entries, entries_old_vectors to " + reader.name());
      reader.sql(search);
    } finally {
      test.close();
      reader.close();
      test = TestDatabase.create();
    }
  }

  @Test
  void of_a_row_in_chunks_the_best_one_stands_for_it() {
    test.sql(
        "truncate entries",
        "insert into entries select g, repeat('word' || g || ' ', 60) from generate_series(1, 50) g");
    apply(other, ", chunking: {max-tokens: 20, overlap: 0}");
    assertThat(test.number("select count(*) from entries_old_vectors")).isGreaterThan(100);
    String probe = "(select embedding from entries_old_vectors where id = 7 and chunk = 2)";
    assertThat(match(probe + ", match_count => 10"))
        .hasSize(10)
        .doesNotHaveDuplicates()
        .first()
        .isEqualTo("7");
  }
}
