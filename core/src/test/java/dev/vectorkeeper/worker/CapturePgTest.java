package dev.vectorkeeper.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each way in which a row can change, captured and carried through to its vector. */
class CapturePgTest {
  private final ScriptedProvider provider = new ScriptedProvider(8, 100);
  private TestDatabase test;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
  }

  @AfterEach
  void close() {
    test.close();
  }

  private Setup entries() {
    test.sql(
        "create table entries (id bigint primary key, word text, gloss text, note text, retired_at timestamptz)");
    Setup setup =
        Setup.apply(
            test,
            provider,
            """
              entries:
                table: public.entries
                text: "{word}: {gloss}"
                where: retired_at is null
                collections: [scripted]
            """);
    setup.drain();
    return setup;
  }

  @Test
  void inserted_updated_and_deleted_rows_are_in_step() {
    Setup setup = entries();
    test.sql(
        "insert into entries values (1, 'cat', 'a pet'), (2, 'dog', 'another'), (3, null, ' ')");
    assertThat(setup.drain().embedded()).isEqualTo(2);
    assertThat(setup.differences()).isEmpty();
    test.sql(
        "update entries set gloss = 'a feline' where id = 1", "delete from entries where id = 2");
    var result = setup.drain();
    assertThat(result.embedded()).isEqualTo(1);
    assertThat(result.removed()).isEqualTo(1);
    assertThat(setup.differences()).isEmpty();
    assertThat(provider.timesAnswered("cat: a feline")).isEqualTo(1);
    assertThat(setup.waiting()).isZero();
  }

  @Test
  void an_update_of_an_unrelated_column_is_not_logged() {
    Setup setup = entries();
    test.sql("insert into entries values (1, 'cat', 'a pet')");
    setup.drain();
    test.sql("update entries set note = 'x'", "update entries set gloss = gloss");
    assertThat(setup.waiting()).isZero();
  }

  @Test
  void the_filters_verdict_adds_and_removes_a_vector() {
    Setup setup = entries();
    test.sql("insert into entries values (1, 'cat', 'a pet')");
    setup.drain();
    test.sql("update entries set retired_at = now()");
    assertThat(setup.drain().removed()).isEqualTo(1);
    test.sql("update entries set retired_at = null");
    assertThat(setup.drain().embedded()).isEqualTo(1);
    assertThat(setup.differences()).isEmpty();
  }

  @Test
  void a_changed_key_moves_the_vector() {
    Setup setup = entries();
    test.sql("insert into entries values (1, 'cat', 'a pet')");
    setup.drain();
    test.sql("update entries set id = 7");
    setup.drain();
    assertThat(setup.differences()).isEmpty();
    assertThat(test.column("select id from entries_embeddings_active")).containsExactly("7");
  }

  @Test
  void truncate_removes_every_vector() {
    Setup setup = entries();
    test.sql("insert into entries select g, 'word ' || g, 'gloss' from generate_series(1, 5000) g");
    setup.drain();
    test.sql("truncate entries", "insert into entries values (5, 'new', 'row')");
    setup.drain();
    assertThat(setup.differences()).isEmpty();
    assertThat(test.column("select id from entries_embeddings")).containsExactly("5");
  }

  @Test
  void many_changes_of_one_row_are_one_request() {
    Setup setup = entries();
    test.sql("insert into entries values (1, 'cat', 'v0')");
    for (int i = 1; i <= 50; i++) {
      test.sql("update entries set gloss = 'v" + i + "' where id = 1");
    }
    assertThat(setup.drain().processed()).isEqualTo(1);
    assertThat(provider.requests()).isEqualTo(1);
    assertThat(provider.timesAnswered("cat: v50")).isEqualTo(1);
  }

  @Test
  void equal_texts_are_embedded_once_and_unchanged_ones_never_again() {
    Setup setup = entries();
    test.sql("insert into entries select g, 'same', 'text' from generate_series(1, 50) g");
    assertThat(setup.drain().embedded()).isEqualTo(50);
    assertThat(provider.timesAnswered("same: text")).isEqualTo(1);
    assertThat(setup.backfill().unchanged()).isEqualTo(50);
    assertThat(provider.requests()).isEqualTo(1);
  }

  @Test
  void rows_that_were_there_before_are_backfilled() {
    test.sql(
        "create table entries (id bigint primary key, word text)",
        "insert into entries select g, 'word ' || g from generate_series(1, 3000) g");
    Setup setup =
        Setup.apply(
            test, provider, "  entries: {table: entries, text: word, collections: [scripted]}\n");
    assertThat(setup.drain().embedded()).isEqualTo(3000);
    assertThat(setup.differences()).isEmpty();
    assertThat(setup.collection().state().name()).isEqualTo("READY");
    assertThat(setup.apply()).isEmpty();
  }

  @Test
  void keys_of_other_types_and_of_several_columns_work() {
    for (String type :
        List.of("uuid", "text", "date", "timestamptz", "numeric(9,2)", "varchar(40)", "smallint")) {
      String value =
          switch (type) {
            case "uuid" -> "gen_random_uuid()";
            case "text", "varchar(40)" -> "'it''s \"' || g";
            case "date" -> "date '-infinity' + g";
            case "timestamptz" -> "now() + g * interval '1 day'";
            default -> "g";
          };
      test.sql(
          "create table t (id " + type + " primary key, body text)",
          "insert into t select "
              + value.replace(
                  "date '-infinity' + g",
                  "case when g = 1 then date '-infinity' else date '0044-03-15 BC' + g end")
              + ", 'b' || g from generate_series(1, 20) g");
      Setup setup =
          Setup.apply(test, provider, "  t: {table: t, text: body, collections: [scripted]}\n");
      setup.drain();
      test.sql("update t set body = body || '!'");
      setup.drain();
      assertThat(setup.differences()).as(type).isEmpty();
      assertThat(test.number("select count(*) from t_embeddings_active")).as(type).isEqualTo(20);
      reset();
    }
  }

  private void reset() {
    test.close();
    test = TestDatabase.create();
  }

  @Test
  void composite_keys_and_mixed_case_names_work() {
    test.sql(
        "create schema \"My Shop\"",
        "create table \"My Shop\".\"Item's\" (\"Shop Id\" int, \"code\" text, \"Body\" text, primary key (\"Shop Id\", \"code\"))",
        "insert into \"My Shop\".\"Item's\" select g, 'ü\"' || g, 'body ' || g from generate_series(1, 700) g");
    Setup setup =
        Setup.apply(
            test,
            provider,
            """
              items:
                table: '"My Shop"."Item''s"'
                text: "{Body}!"
                collections: [scripted]
                placement: {key: {"Shop Id": shop}}
            """);
    setup.drain();
    test.sql(
        "update \"My Shop\".\"Item's\" set \"Body\" = 'other' where \"Shop Id\" = 3",
        "delete from \"My Shop\".\"Item's\" where \"Shop Id\" = 4",
        "update \"My Shop\".\"Item's\" set code = 'moved' where \"Shop Id\" = 5");
    setup.drain();
    assertThat(
            test.number(
                "select count(*) from vectorkeeper.source_1 s full join \"My Shop\".items_embeddings c on c.shop = s.k1 and c.code = s.k2 where s.content_hash is distinct from c.content_hash"))
        .isZero();
    assertThat(test.number("select count(*) from \"My Shop\".items_embeddings_active"))
        .isEqualTo(699);
    test.sql("truncate \"My Shop\".\"Item's\"");
    setup.drain();
    assertThat(test.number("select count(*) from \"My Shop\".items_embeddings_active")).isZero();
  }
}
