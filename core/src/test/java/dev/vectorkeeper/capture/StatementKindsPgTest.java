package dev.vectorkeeper.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.TestDatabase;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** Every kind of statement and of transaction by which an application may change a row. */
class StatementKindsPgTest {
  private final ScriptedProvider provider = new ScriptedProvider(8, 100);
  private TestDatabase test;
  private Setup setup;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql(
        "create table shelf (id int primary key)",
        "create table entries (id bigint primary key, word text unique, gloss text, note text,"
            + " shelf int references shelf on delete cascade on update cascade)",
        "insert into shelf values (1), (2)",
        "insert into entries select g, 'word ' || g, 'gloss', null, 1 + g % 2 from generate_series(1, 10) g");
    setup =
        Setup.apply(
            test,
            provider,
            "  entries: {table: entries, text: '{word}: {gloss} {shelf}', collections: [scripted]}\n");
    setup.drain();
  }

  @AfterEach
  void close() {
    test.close();
  }

  private void assertInStep(long rows) {
    setup.drain();
    assertThat(setup.differences()).isEmpty();
    assertThat(test.number("select count(*) from entries_embeddings_active")).isEqualTo(rows);
    assertThat(setup.waiting()).isZero();
  }

  @Test
  void upserts_are_captured_and_those_that_do_nothing_are_not() {
    test.sql("insert into entries values (1, 'x') on conflict do nothing");
    assertThat(setup.waiting()).isZero();
    test.sql(
        "insert into entries values (1, 'one', 'upserted'), (11, 'eleven', 'inserted')"
            + " on conflict (id) do update set gloss = excluded.gloss");
    assertThat(setup.waiting()).isEqualTo(2);
    assertInStep(11);
    assertThat(provider.timesAnswered("word 1: upserted 2")).isEqualTo(1);
  }

  @Test
  void merge_is_captured() {
    test.sql(
        "merge into entries e using (values (1, 'a'), (2, null), (30, 'c')) v(id, gloss) on e.id = v.id"
            + " when matched and v.gloss is null then delete"
            + " when matched then update set gloss = v.gloss"
            + " when not matched then insert (id, word, gloss) values (v.id, 'merged', v.gloss)");
    assertThat(setup.waiting()).isEqualTo(3);
    assertInStep(10);
  }

  @Test
  void copy_is_captured() throws Exception {
    try (Connection session = test.session()) {
      session
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyIn("copy entries (id, word) from stdin", new StringReader("21\ta\n22\tb\n"));
    }
    assertInStep(12);
  }

  @Test
  void cascades_of_a_foreign_key_are_captured() {
    test.sql("update shelf set id = 9 where id = 1");
    assertThat(setup.waiting()).isEqualTo(5);
    assertInStep(10);
    test.sql("delete from shelf where id = 9");
    assertInStep(5);
    test.sql("truncate shelf cascade");
    assertInStep(0);
  }

  @Test
  void writes_through_a_view_a_function_and_a_with_clause_are_captured() {
    test.sql(
        "create view words as select id, word from entries",
        "insert into words values (40, 'by view')",
        "update words set word = 'by view too' where id = 1",
        "do 'begin for i in 50..52 loop insert into entries values (i, ''loop '' || i); end loop; end'",
        "with gone as (delete from entries where id in (2, 3) returning id)"
            + " insert into entries select id + 100, 'moved ' || id from gone");
    assertInStep(14);
  }

  @Test
  void an_update_that_changes_nothing_logs_nothing() {
    test.sql(
        "update entries set word = word, gloss = 'gloss', note = 'changed'",
        "update entries set id = id",
        "delete from entries where false",
        "insert into entries select * from entries where false");
    assertThat(setup.waiting()).isZero();
  }

  @Test
  void what_is_rolled_back_is_not_captured_and_what_is_kept_is() throws SQLException {
    try (Connection session = test.session();
        Statement statement = session.createStatement()) {
      session.setAutoCommit(false);
      statement.execute("update entries set gloss = 'kept' where id = 1");
      Savepoint savepoint = session.setSavepoint();
      statement.execute("update entries set gloss = 'lost' where id = 1");
      statement.execute("truncate entries");
      session.rollback(savepoint);
      Savepoint second = session.setSavepoint();
      assertThatThrownBy(() -> statement.execute("insert into entries values (11, 'word 1')"))
          .hasMessageContaining("duplicate key");
      session.rollback(second);
      statement.execute("delete from entries where id = 2");
      session.commit();
      statement.execute("delete from entries");
      session.rollback();
    }
    assertThat(setup.waiting()).isEqualTo(2);
    assertInStep(9);
    assertThat(provider.timesAnswered("word 1: kept 2")).isEqualTo(1);
    assertThat(provider.timesAnswered("word 1: lost 2")).isZero();
  }

  @Test
  void a_transaction_that_commits_late_is_not_missed() throws SQLException {
    try (Connection session = test.session();
        Statement statement = session.createStatement()) {
      session.setAutoCommit(false);
      statement.execute("insert into entries values (11, 'late')");
      statement.execute("update entries set gloss = 'late' where id = 1");
      test.sql("insert into entries values (12, 'early')");
      setup.drain();
      assertThat(setup.differences()).isEmpty();
      session.commit();
    }
    assertInStep(12);
  }

  @Test
  void stricter_isolation_levels_see_no_failure_of_ours() throws SQLException {
    for (int level :
        new int[] {Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE}) {
      try (Connection one = test.session();
          Connection two = test.session()) {
        for (Connection session : new Connection[] {one, two}) {
          session.setAutoCommit(false);
          session.setTransactionIsolation(level);
        }
        one.createStatement().execute("update entries set gloss = 'one' || gloss where id = 1");
        two.createStatement().execute("update entries set gloss = 'two' || gloss where id = 2");
        one.createStatement()
            .execute("insert into entries values (" + (60 + level) + ", 'w" + level + "')");
        setup.drain();
        one.commit();
        two.commit();
      }
    }
    assertInStep(12);
  }

  @Test
  void replicated_rows_are_captured_where_logical_replication_writes_the_table()
      throws SQLException {
    String subscription = "vk_sub_" + ProcessHandle.current().pid();
    test.sql(
        "create subscription "
            + subscription
            + " connection 'dbname=none' publication p with (connect = false, slot_name = none)",
        "set allow_system_table_mods = on; insert into pg_subscription_rel (srsubid, srrelid, srsubstate)"
            + " select oid, 'entries'::regclass, 'r' from pg_subscription where subdbid = (select oid from pg_database where datname = current_database())");
    try {
      assertThat(setup.apply()).as("row triggers that always fire").isNotEmpty();
      setup.drain();
      writeAsReplication();
      assertInStep(10);
    } finally {
      test.sql("drop subscription " + subscription);
    }
    assertThat(setup.apply()).isEmpty();
  }

  private void writeAsReplication() throws SQLException {
    try (Connection session = test.session();
        Statement statement = session.createStatement()) {
      statement.execute("set session_replication_role = replica");
      statement.execute("insert into entries values (70, 'replicated')");
      statement.execute("update entries set gloss = 'replicated' where id = 1");
      statement.execute("delete from entries where id = 2");
    }
  }
}
