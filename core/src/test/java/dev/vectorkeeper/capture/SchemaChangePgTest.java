package dev.vectorkeeper.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vectorkeeper.declare.DriftOfSource;
import dev.vectorkeeper.status.Status;
import dev.vectorkeeper.testing.Declaring;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the user does to the table after it became a source: writes go on, changes are still
 * captured where that is possible at all, and drift says what came apart.
 */
class SchemaChangePgTest {
  private final ScriptedProvider provider = new ScriptedProvider(8, 100);
  private TestDatabase test;
  private Setup setup;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql(
        "create table entries (id bigint primary key, word text, gloss text, note text, retired boolean)",
        "insert into entries select g, 'word ' || g, 'gloss' from generate_series(1, 10) g");
    setup =
        Setup.apply(
            test,
            provider,
            "  entries: {table: entries, text: '{word}: {gloss}', where: retired is not true, collections: [scripted]}\n");
    setup.drain();
  }

  @AfterEach
  void close() {
    test.close();
  }

  private List<String> drift() {
    return DriftOfSource.find(test.database(), setup.collection().source()).stream()
        .map(CaptureDrift.Finding::code)
        .distinct()
        .toList();
  }

  private void assertInStep(long rows) {
    setup.drain();
    assertThat(setup.differences()).isEmpty();
    assertThat(test.number("select count(*) from entries_embeddings_active")).isEqualTo(rows);
    assertThat(setup.waiting()).isZero();
  }

  @Test
  void columns_of_the_text_and_of_the_filter_may_be_renamed() {
    test.sql(
        "alter table entries rename gloss to definition",
        "alter table entries rename retired to \"Gone away\"",
        "update entries set definition = 'renamed' where id = 1",
        "update entries set \"Gone away\" = true where id = 2",
        "insert into entries (id, word, definition) values (11, 'new', 'row')",
        "delete from entries where id = 3");
    assertInStep(9);
    assertThat(provider.timesAnswered("word 1: renamed")).isEqualTo(1);
    assertThat(drift()).containsExactly("VK-W02");
    Declaring renamed =
        Declaring.of(
            provider,
            "  entries: {table: entries, text: '{word}: {definition}', where: '\"Gone away\" is not true', collections: [scripted]}\n");
    renamed.apply(test.database());
    assertThat(drift()).isEmpty();
    int before = provider.requests();
    assertInStep(9);
    assertThat(provider.requests()).isEqualTo(before);
  }

  @Test
  void the_key_column_may_be_renamed() {
    test.sql(
        "alter table entries rename id to entry_id",
        "update entries set gloss = 'other' where entry_id = 1",
        "update entries set entry_id = 20 where entry_id = 2",
        "insert into entries (entry_id, word) values (11, 'new'), (12, 'newer')",
        "delete from entries where entry_id = 3");
    assertInStep(11);
    assertThat(drift()).containsExactly("VK-W02");
    Declaring renamed =
        Declaring.of(
            provider,
            "  entries: {table: entries, text: '{word}: {gloss}', where: retired is not true, collections: [scripted], placement: {key: {entry_id: id}}}\n");
    renamed.apply(test.database());
    assertThat(drift()).isEmpty();
    test.sql(
        "update entries set gloss = 'more' where entry_id = 1",
        "delete from entries where entry_id = 12");
    assertInStep(10);
  }

  @Test
  void a_column_of_a_key_of_several_may_be_renamed() {
    test.sql(
        "create table pairs (b text, a int, body text, primary key (a, b))",
        "insert into pairs select 'b' || g, g, 'body ' || g from generate_series(1, 10) g");
    Declaring pairs =
        Declaring.of(provider, "  pairs: {table: pairs, text: body, collections: [scripted]}\n");
    pairs.apply(test.database());
    pairs.drain(test.database());
    test.sql(
        "alter table pairs rename a to \"A new\"",
        "insert into pairs (\"A new\", b, body) values (11, 'x', 'inserted'), (12, 'x', 'inserted too')",
        "update pairs set body = 'updated' where \"A new\" = 1",
        "update pairs set b = 'moved' where \"A new\" = 2",
        "update pairs set \"A new\" = 33 where \"A new\" = 3",
        "delete from pairs where \"A new\" in (4, 12)");
    pairs.drain(test.database());
    assertThat(
            test.number(
                "select count(*) from vectorkeeper.source_2 s full join pairs_scripted_vectors c on c.a = s.k1 and c.b = s.k2"
                    + " where s.content_hash is distinct from c.content_hash"))
        .isZero();
    assertThat(test.number("select count(*) from pairs_embeddings")).isEqualTo(10);
    test.sql(
        "alter table pairs rename b to a",
        "delete from pairs where \"A new\" = 5",
        "update pairs set a = 'moved on' where a = 'moved'");
    pairs.drain(test.database());
    assertThat(test.column("select a || b from pairs_embeddings where a in (2, 5)"))
        .containsExactly("2moved on");
  }

  @Test
  void a_dropped_column_leaves_writes_alone_and_is_reported_in_status_too() {
    test.sql(
        "alter table entries drop column gloss cascade",
        "insert into entries values (11, 'new')",
        "update entries set word = 'other' where id = 1",
        "delete from entries where id = 2",
        "truncate entries");
    assertThat(drift()).containsExactlyInAnyOrder("VK-W03", "VK-W04");
    assertThatCode(() -> new Status(test.database()).collections()).doesNotThrowAnyException();
    test.sql("insert into entries values (1, 'fresh'), (2, 'fresher')");
    Declaring.of(
            provider,
            "  entries: {table: entries, text: word, where: retired is not true, collections: [scripted]}\n")
        .apply(test.database());
    assertThat(drift()).isEmpty();
    assertInStep(2);
  }

  @Test
  void a_dropped_key_leaves_writes_alone() {
    test.sql(
        "alter table entries drop constraint entries_pkey",
        "insert into entries values (11, 'new')",
        "update entries set word = 'other' where id = 1",
        "delete from entries where id = 2");
    assertInStep(10);
    test.sql(
        "alter table entries drop column id cascade",
        "insert into entries (word) values ('nameless')",
        "update entries set word = 'other'",
        "delete from entries where word = 'other'",
        "truncate entries");
    assertThat(drift()).contains("VK-W03");
  }

  @Test
  void a_renamed_table_is_still_captured() {
    test.sql(
        "alter table entries rename to lemmas",
        "insert into lemmas values (11, 'new')",
        "update lemmas set word = 'other' where id = 1",
        "delete from lemmas where id = 2");
    assertInStep(10);
    assertThat(drift()).containsExactly("VK-W02");
    assertThatThrownBy(setup::apply).hasMessageContaining("does not exist");
    Declaring.of(
            provider,
            "  entries: {table: lemmas, text: '{word}: {gloss}', where: retired is not true, collections: [scripted]}\n")
        .apply(test.database());
    assertThat(drift()).isEmpty();
    test.sql("update lemmas set word = 'last' where id = 1");
    assertInStep(10);
  }

  @Test
  void a_table_dropped_and_made_anew_becomes_the_source_with_the_next_apply() {
    test.sql("drop table entries cascade");
    assertThat(drift()).contains("VK-W01");
    assertThatCode(() -> new Status(test.database()).collections()).doesNotThrowAnyException();
    test.sql(
        "create table entries (id bigint primary key, word text, gloss text, retired boolean)",
        "insert into entries values (1, 'word 1', 'gloss'), (77, 'new', 'row')");
    assertThat(setup.apply()).isNotEmpty();
    assertThat(drift()).isEmpty();
    assertInStep(2);
    test.sql(
        "update entries set word = 'captured' where id = 1", "delete from entries where id = 77");
    assertInStep(1);
  }

  @Test
  void changes_missed_while_a_trigger_was_disabled_are_caught_up_by_apply() {
    test.sql("alter table entries disable trigger user");
    assertThat(drift()).containsExactly("VK-W05");
    test.sql(
        "insert into entries values (11, 'unseen')",
        "update entries set word = 'unseen too' where id = 1",
        "delete from entries where id = 2");
    assertThat(setup.waiting()).isZero();
    assertThat(setup.apply()).isNotEmpty();
    assertThat(drift()).isEmpty();
    assertInStep(10);
    test.sql("insert into entries values (12, 'seen')");
    assertInStep(11);
  }

  @Test
  void changes_missed_while_a_trigger_was_gone_are_caught_up_by_apply() {
    test.sql(
        "drop trigger vectorkeeper_entries_update on entries",
        "drop trigger vectorkeeper_entries_delete on entries",
        "update entries set word = 'unseen too' where id = 1",
        "delete from entries where id = 2");
    assertThat(drift()).containsExactly("VK-W04");
    assertThat(setup.apply()).isNotEmpty();
    assertInStep(9);
  }

  @Test
  void other_columns_and_indexes_come_and_go_freely() {
    test.sql(
        "alter table entries add column extra int default 5",
        "alter table entries add column body2 text generated always as (word || gloss) stored",
        "alter table entries alter column note type varchar(40)",
        "alter table entries drop column note",
        "create index on entries (word)",
        "reindex table concurrently entries",
        "vacuum full entries",
        "update entries set extra = 6");
    assertThat(setup.waiting()).isZero();
    test.sql(
        "update entries set word = 'other' where id = 1", "insert into entries values (11, 'w')");
    assertInStep(11);
    assertThat(drift()).isEmpty();
    assertThat(setup.apply()).isEmpty();
  }
}
