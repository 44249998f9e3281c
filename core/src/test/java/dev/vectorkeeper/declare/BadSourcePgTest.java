package dev.vectorkeeper.declare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.testing.Declaring;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.TestDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A source that cannot be had is refused with one clear error, and the catalog stays empty. */
class BadSourcePgTest {
  private static TestDatabase test;

  @BeforeAll
  static void open() {
    test = TestDatabase.create();
    test.sql(
        "create table entries (id bigint primary key, body text, note text)",
        "create table keyless (id bigint, body text)",
        "create table other (id bigint primary key)",
        "create table parent (id bigint primary key, body text)",
        "create table child () inherits (parent)",
        "create view shown as select * from entries");
  }

  @AfterAll
  static void close() {
    test.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          VK-S02 | table: missing, text: body | public.missing
          VK-S02 | table: no_schema.entries, text: body | no_schema.entries
          VK-S03 | table: shown, text: body | is not a table
          VK-S03 | table: entries_pkey, text: body | is not a table
          VK-S04 | table: keyless, text: body | primary key
          VK-S06 | table: entries, text: "{body} {boddy}" | boddy
          VK-S06 | table: entries, text: Body | "Body"
          VK-S07 | table: entries, text: body, where: "note = " | note =
          VK-S07 | table: entries, text: body, where: "not a filter" | not a filter
          VK-S07 | table: entries, text: body, where: "nothing > 1" | nothing
          VK-S07 | table: entries, text: body, where: "true) or (1 = 'x'" | invalid input
          VK-S07 | table: entries, text: body, where: "note" | boolean
          VK-S07 | table: entries, text: body, where: "count(*) > 1" | count
          VK-S07 | table: entries, text: body, where: "true; drop table entries" | drop
          VK-S08 | table: entries, text: body, where: "id in (select id from public.other)" | another table
          VK-S08 | table: entries, text: body, where: "s is not null" | whole row
          VK-S08 | table: entries, text: body, where: "id = (select max(id) from public.entries)" | row
          VK-S08 | table: entries, text: body, where: "row_number() over (order by id) < 3" | row
          VK-S03 | table: parent, text: body | inheritance
          VK-S07 | table: entries, text: body, where: "unnest(array[true])" | a set
          VK-S08 | table: entries, text: body, where: "exists (select from public.other)" | another table
          VK-S10 | table: entries, text: body, placement: {key: {nope: x}} | nope
          """)
  void a_source_that_cannot_be_had_is_refused(String code, String keys, String said) {
    String sources = "  entries: {collections: [scripted], " + keys + "}\n";
    VectorkeeperException e =
        catchThrowableOfType(
            VectorkeeperException.class,
            () -> Declaring.of(new ScriptedProvider(8, 100), sources).apply(test.database()));
    assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
    assertThat(e.getMessage()).contains(said).matches("(?s).*[.;]");
    assertThat(
            test.number(
                "select (select count(*) from vectorkeeper.source) + (select count(*) from vectorkeeper.profile)"
                    + " + (select count(*) from pg_trigger where not tgisinternal)"
                    + " + (select count(*) from pg_class where relname like '%embeddings%' or relname like '%vectors%')"))
        .isZero();
  }
}
