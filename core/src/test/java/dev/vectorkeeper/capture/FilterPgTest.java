package dev.vectorkeeper.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.vectorkeeper.queue.DeadLetters;
import dev.vectorkeeper.search.Search;
import dev.vectorkeeper.status.Status;
import dev.vectorkeeper.testing.Declaring;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.TestDatabase;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Filters that fail on some rows, or that depend on more than the row. */
class FilterPgTest {
  private final ScriptedProvider provider = new ScriptedProvider(8, 100);
  private TestDatabase test;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql("create table entries (id bigint primary key, body text, y int)");
  }

  @AfterEach
  void close() {
    test.close();
  }

  private Setup apply(String filter) {
    Setup setup =
        Setup.apply(
            test,
            provider,
            "  entries: {table: entries, text: body, where: '"
                + filter
                + "', collections: [scripted]}\n");
    setup.drain();
    return setup;
  }

  private List<String> dead() {
    return new DeadLetters(test.database().jdbi())
        .list(null, 1_000).stream()
            .map(f -> f.key() + " " + f.code() + " " + f.dead())
            .sorted()
            .toList();
  }

  private void insert(int rows) {
    test.sql(
        "insert into entries select g, 'text ' || g, case when g % 10 = 7 then 0 else 1 end from generate_series(1, "
            + rows
            + ") g");
  }

  private long stored() {
    return test.number("select count(*) from entries_embeddings");
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 2000})
  void a_filter_that_fails_on_some_rows_never_aborts_a_write_and_buries_only_those(int rows) {
    Setup setup = apply("10/y > 1");
    insert(rows);
    setup.drain();
    assertThat(stored()).isEqualTo(rows - rows / 10);
    assertThat(dead()).hasSize(rows / 10).contains("7 VK-P08 true", "17 VK-P08 true");
    test.sql(
        "analyze entries",
        "analyze entries_scripted_vectors",
        "update entries set body = body || '!'");
    setup.drain();
    assertThat(stored()).isEqualTo(rows - rows / 10);
    assertThat(provider.timesAnswered("text 1!")).isEqualTo(1);
    test.sql("update entries set y = 2 where id = 7", "update entries set y = 0 where id = 1");
    setup.drain();
    assertThat(dead()).contains("1 VK-P08 true").doesNotContain("7 VK-P08 true");
    assertThat(provider.timesAnswered("text 7!")).isEqualTo(1);
    assertThat(setup.waiting()).isZero();
    assertThatCode(() -> new Status(test.database()).collections()).doesNotThrowAnyException();
  }

  @Test
  void rows_that_were_there_before_are_backfilled_past_the_failing_ones() {
    insert(500);
    Setup setup = apply("10/y > 1");
    assertThat(stored()).isEqualTo(450);
    assertThat(dead()).hasSize(50);
    assertThat(setup.collection().state().name()).isEqualTo("READY");
    assertThat(setup.backfill().failed()).isEqualTo(50);
  }

  @Test
  void a_truncate_is_followed_also_where_the_filter_fails_on_new_rows() {
    insert(100);
    Setup setup = apply("10/y > 1");
    test.sql("truncate entries");
    insert(20);
    test.sql("update entries set y = 0 where id = 3");
    setup.drain();
    assertThat(
            test.column("select id from entries_embeddings order by id").stream()
                .map(Long::valueOf))
        .doesNotContain(50L, 7L)
        .contains(1L, 20L)
        .allMatch(id -> id <= 20);
    assertThat(setup.waiting()).isZero();
  }

  @Test
  void a_function_of_the_user_that_raises_fails_its_row_alone() {
    test.sql(
        "create function strict_check(y int) returns boolean language plpgsql as"
            + " 'begin if y = 0 then raise exception ''no zero''; end if; return true; end'");
    Setup setup = apply("public.strict_check(y)");
    insert(50);
    setup.drain();
    assertThat(stored()).isEqualTo(45);
    assertThat(dead()).hasSize(5).contains("7 VK-P08 true");
  }

  @Test
  void a_row_that_begins_to_fail_while_its_text_is_embedded_is_buried_too() {
    Setup setup = apply("10/y > 1");
    provider.before(
        texts -> {
          if (texts.contains("text 5")) {
            test.sql("update entries set y = 0 where id = 5");
          }
        });
    try (var worker = setup.worker()) {
      insert(6);
      Awaitility.await().untilAsserted(() -> assertThat(dead()).containsExactly("5 VK-P08 true"));
      Awaitility.await().untilAsserted(() -> assertThat(stored()).isEqualTo(5));
    }
  }

  @Test
  void a_search_that_meets_a_failing_row_still_answers() {
    insert(6);
    Setup setup = apply("10/y > 1");
    test.sql("update entries set y = 0 where id = 5");
    setup.drain();
    var found = new Search(test.database(), setup.providers()).nearest("entries", "text 5", 3);
    assertThat(found).hasSize(3);
    assertThat(found.get(0).key()).isEqualTo("5");
  }

  @Test
  void a_filter_that_depends_on_the_time_is_noted() {
    test.sql("alter table entries add column until timestamptz");
    assertThat(notes("until > now()")).anyMatch(note -> note.contains("depends on the time"));
    assertThat(notes("until > ''2024-01-01 00:00+00''")).isEmpty();
    assertThat(notes("y > 5")).isEmpty();
  }

  private List<String> notes(String filter) {
    return Declaring.of(
            provider,
            "  entries: {table: entries, text: body, where: '"
                + filter
                + "', collections: [scripted]}\n")
        .plan(test.database())
        .notes();
  }
}
