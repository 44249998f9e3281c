package dev.vectorkeeper.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.TestDatabase;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Columns of every type in the text: a change that shows in the text is captured also where the
 * type calls both values equal, or has no equality at all.
 */
class ColumnTypesPgTest {
  private final ScriptedProvider provider = new ScriptedProvider(8, 100);
  private TestDatabase test;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql(
        "create type pair as (a json, b int)",
        "create domain short as varchar(20)",
        "create domain shorter as short",
        "create domain documents as json[]",
        "create type mood as enum ('sad', 'glad')",
        "create collation ignoring_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
  }

  @AfterEach
  void close() {
    test.close();
  }

  /** Type, value before, value after. */
  private static final String TYPES =
      """
      json                       | '{"a": 1}'            | '{"a": 2}'
      jsonb                      | '{"a": 1.0}'          | '{"a": 1.00}'
      xml                        | '<a/>'                | '<b/>'
      point                      | '(1,2)'               | '(1,3)'
      point                      | '(1,0.1)'             | '(1,0.10000000001)'
      polygon                    | '((0,0),(1,1),(1,0))' | '((0,0),(1,1),(2,0))'
      json[]                     | array['1'::json]      | array['2'::json]
      point[]                    | array[point '(1,2)']  | array[point '(1,3)']
      documents                  | array['1'::json]      | array['2'::json]
      pair                       | row('1', 2)           | row('1', 3)
      pair[]                     | array[row('1', 2)]::pair[] | array[row('2', 2)]::pair[]
      text[]                     | array['a', null]      | array['a', 'b']
      numeric                    | 1.0                   | 1.00
      numeric[]                  | array[1.0]            | array[1.00]
      numrange                   | '[1.0,2.0]'           | '[1.00,2.00]'
      float8                     | '0'                   | '-0'
      real                       | '0.1'                 | '0.10000001'
      interval                   | '1 day'               | '24 hours'
      char(5)                    | 'a'                   | 'b'
      text collate ignoring_case | 'Cat'                 | 'cat'
      varchar collate ignoring_case | 'Cat'              | 'cat'
      short                      | 'a'                   | 'b'
      shorter                    | 'a'                   | 'b'
      mood                       | 'sad'                 | 'glad'
      bytea                      | '\\x01'               | '\\x02'
      boolean                    | true                  | false
      tsvector                   | 'a b'                 | 'a c'
      inet                       | '10.0.0.1'            | '10.0.0.1/24'
      date                       | '2024-01-01'          | '2024-01-02'
      timestamptz                | '2024-01-01 00:00+00' | '2024-01-01 00:00+01'
      """;

  @Test
  void a_change_that_shows_in_the_text_is_captured() {
    List<String[]> types = TYPES.lines().map(line -> line.trim().split(" *\\| *")).toList();
    StringBuilder table = new StringBuilder("create table t (id int primary key, n int");
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < types.size(); i++) {
      table.append(", c").append(i).append(' ').append(types.get(i)[0]);
      text.append("{c").append(i).append("} ");
    }
    test.sql(table + ")", "insert into t values (1)");
    Setup setup =
        Setup.apply(
            test, provider, "  t: {table: t, text: '" + text + "', collections: [scripted]}\n");
    SoftAssertions softly = new SoftAssertions();
    for (int i = 0; i < types.size(); i++) {
      String column = "c" + i;
      String before = types.get(i)[1];
      String after = types.get(i)[2];
      softly
          .assertThatCode(
              () -> {
                test.sql("update t set " + column + " = " + before);
                setup.drain();
                test.sql("update t set n = 1, " + column + " = " + before);
                assertThat(setup.waiting()).isZero();
                test.sql("set extra_float_digits = -6; update t set " + column + " = " + after);
                assertThat(setup.waiting()).isEqualTo(1);
                setup.drain();
                assertThat(setup.differences()).isEmpty();
                test.sql("update t set " + column + " = null");
                assertThat(setup.waiting()).isEqualTo(1);
              })
          .as(String.join(" ", types.get(i)))
          .doesNotThrowAnyException();
    }
    softly.assertAll();
  }

  @Test
  void generated_columns_follow_the_columns_that_they_are_made_of() {
    test.sql(
        "create table t (id int primary key, a text, b text, n int, ab text generated always as (a || ' ' || b) stored)",
        "insert into t (id, a, b) values (1, 'x', 'y')");
    Setup setup =
        Setup.apply(test, provider, "  t: {table: t, text: ab, collections: [scripted]}\n");
    setup.drain();
    test.sql("update t set n = 5");
    assertThat(setup.waiting()).isZero();
    test.sql("update t set b = 'z'");
    setup.drain();
    assertThat(setup.differences()).isEmpty();
    assertThat(provider.timesAnswered("x z")).isEqualTo(1);
  }

  @Test
  void a_long_text_stored_out_of_line_is_compared_by_its_contents() {
    test.sql(
        "create table t (id int primary key, doc jsonb, n int)",
        "insert into t select 1, jsonb_build_object('a', string_agg(md5(g::text), '')) from generate_series(1, 2000) g");
    Setup setup =
        Setup.apply(test, provider, "  t: {table: t, text: 'd {doc}', collections: [scripted]}\n");
    setup.drain();
    test.sql("update t set doc = doc, n = 1", "update t set doc = (doc::text)::jsonb");
    assertThat(setup.waiting()).isZero();
    test.sql("update t set doc = jsonb_set(doc, '{b}', '1')");
    setup.drain();
    assertThat(setup.differences()).isEmpty();
  }
}
