package dev.vectorkeeper.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.declare.DriftOfSource;
import dev.vectorkeeper.testing.Declaring;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * After a dump is restored every object identifier differs, and those that the catalog and the
 * trigger functions know belong to something else.
 */
class RestoredTablePgTest {
  private final ScriptedProvider provider = new ScriptedProvider(8, 100);
  private final Declaring entries =
      Declaring.of(provider, "  entries: {table: entries, text: body, collections: [scripted]}\n");
  private TestDatabase test;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
  }

  @AfterEach
  void close() {
    test.close();
  }

  private void applyTo(String... tables) {
    test.sql(tables);
    test.sql("insert into entries (id, body) select g, 'text ' || g from generate_series(1, 10) g");
    entries.apply(test.database());
    entries.drain(test.database());
  }

  /** What a restore does to the identifiers: they name another table and its key. */
  private void mistakeTheTableForAnother() {
    test.sql("create table other (elsewhere text primary key, second int)");
    String relation = test.column("select 'entries'::regclass::oid").get(0);
    String key = test.column("select 'entries_pkey'::regclass::oid").get(0);
    String other = test.column("select 'other'::regclass::oid").get(0);
    String otherKey = test.column("select 'other_pkey'::regclass::oid").get(0);
    List<String> functions =
        test.column(
            "select pg_get_functiondef(oid) from pg_proc where pronamespace = 'vectorkeeper'::regnamespace");
    for (String function : functions) {
      test.sql(function.replace(relation, other).replace(key, otherKey));
    }
    test.sql("update vectorkeeper.source set relation = " + other);
  }

  private void assertInStep(long rows) {
    entries.drain(test.database());
    assertThat(
            test.number(
                "select count(*) from vectorkeeper.source_1 s full join entries_scripted_vectors c on c.id = s.k1"
                    + " where s.content_hash is distinct from c.content_hash"))
        .isZero();
    assertThat(test.number("select count(*) from entries_embeddings")).isEqualTo(rows);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "create table entries (id bigint primary key, body text)",
        "create table entries (id bigint primary key, body text) partition by range (id);"
            + " create table entries_all partition of entries for values from (0) to (1000)"
      })
  void writes_go_on_and_are_captured_and_apply_sets_the_identifiers_right(String tables) {
    applyTo(tables);
    mistakeTheTableForAnother();
    test.sql(
        "insert into entries values (11, 'new')",
        "update entries set body = 'changed' where id = 1",
        "update entries set id = 20 where id = 2",
        "delete from entries where id = 3");
    assertInStep(10);
    assertThat(DriftOfSource.find(test.database(), source()))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.code()).isEqualTo("VK-W01");
              assertThat(finding.repairable()).isTrue();
            });
    assertThat(entries.apply(test.database()).changes()).isNotEmpty();
    assertThat(DriftOfSource.find(test.database(), source())).isEmpty();
    assertThat(entries.plan(test.database()).changes()).isEmpty();
    test.sql("alter table entries rename id to entry", "delete from entries where entry = 20");
    assertInStep(9);
  }

  @Test
  void a_column_that_took_a_dropped_keys_name_stops_no_write() {
    applyTo("create table entries (id bigint primary key, body text)");
    test.sql(
        "alter table entries drop column id cascade",
        "alter table entries add column id text default 'no number'",
        "insert into entries (body) values ('x')",
        "update entries set body = 'y'",
        "delete from entries");
    assertThat(test.number("select count(*) from vectorkeeper.change_1 where k1 is not null"))
        .isZero();
  }

  private dev.vectorkeeper.source.Source source() {
    return new dev.vectorkeeper.catalog.Catalog(test.database().jdbi()).source("entries");
  }
}
