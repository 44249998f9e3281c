package dev.vectorkeeper.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.testing.TestRole;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The trigger functions run with the rights of Vectorkeeper's role and in the writer's search path;
 * a writer must not be able to slip functions or operators of his own into them.
 */
class HostileSearchPathPgTest {
  /** Each notes as whom it was called, and then does what its namesake does. */
  private static final String[] TRAPS = {
    "create schema evil",
    "create table evil.caught (who text)",
    "grant insert on evil.caught to public; grant usage on schema evil to public",
    trap("clock_timestamp()", "timestamptz", "pg_catalog.clock_timestamp()"),
    trap("quote_ident(a text)", "text", "pg_catalog.quote_ident(a)"),
    trap("pg_get_indexdef(a oid, b integer, c boolean)", "text", "'nothing'"),
    trap("pg_get_indexdef(a integer, b integer, c boolean)", "text", "'nothing'"),
    trap("names_now(a oid, b oid, c int2[], d name[], e text[])", "name[]", "null::name[]"),
    trap("same(a text, b text)", "boolean", "false"),
    trap("same_key(a bigint, b bigint)", "boolean", "false"),
    trap("later(a timestamptz, b timestamptz)", "boolean", "true"),
    trap("wake(a integer)", "timestamptz", "pg_catalog.clock_timestamp()"),
    "create operator evil.= (leftarg = text, rightarg = text, function = evil.same)",
    "create operator evil.= (leftarg = bigint, rightarg = bigint, function = evil.same_key)",
    "create operator evil.> (leftarg = timestamptz, rightarg = timestamptz, function = evil.later)",
    "create table evil.change_1 (k1 bigint, logged_at timestamptz)",
    "create table evil.idle_worker (worker text, idle_until timestamptz)",
  };

  private final ScriptedProvider provider = new ScriptedProvider(8, 100);
  private TestDatabase test;
  private TestRole writer;

  private static String trap(String signature, String type, String answer) {
    return """
        create function evil.%s returns %s language plpgsql as $$
        begin insert into evil.caught values (current_user); return %s; end $$"""
        .formatted(signature, type, answer);
  }

  @BeforeEach
  void open() throws SQLException {
    test = TestDatabase.create();
    test.sql("create table entries (id bigint primary key, body text)");
    writer = TestRole.create(test, "");
    test.sql(
        "grant insert, update, delete, select on entries to " + writer.name(),
        "do $$ begin execute format('grant create on database %I to "
            + writer.name()
            + "', current_database()); end $$");
    writer.sql(TRAPS);
  }

  @AfterEach
  void close() throws SQLException {
    test.close();
    writer.close();
  }

  @Test
  void nothing_of_the_writers_runs_in_the_triggers() throws SQLException {
    Setup setup =
        Setup.apply(
            test, provider, "  entries: {table: entries, text: body, collections: [scripted]}\n");
    setup.drain();
    writer.sql(
        "set search_path = evil, public, pg_temp, pg_catalog; "
            + "insert into public.entries values (1, 'a'), (2, 'b'); "
            + "update public.entries set body = 'c'; "
            + "update public.entries set id = 3 where id operator(pg_catalog.=) 2; "
            + "delete from public.entries where id operator(pg_catalog.=) 1");
    assertThat(test.number("select count(*) from vectorkeeper.change_1")).isEqualTo(7);
    assertThat(test.number("select count(*) from evil.caught")).isZero();
    test.sql("alter table entries rename id to ident");
    writer.sql(
        "set search_path = evil, public, pg_temp, pg_catalog; "
            + "insert into public.entries values (4, 'a'); update public.entries set body = 'd'");
    assertThat(test.number("select count(*) from vectorkeeper.change_1 where k1 is not null"))
        .isEqualTo(10);
    assertThat(test.number("select count(*) from evil.caught")).isZero();
  }

  @Test
  void the_traps_would_catch_what_is_not_qualified() throws SQLException {
    writer.sql(
        "set search_path = evil, pg_catalog; select quote_ident('a'), 'a'::text = 'a'::text");
    assertThat(test.number("select count(*) from evil.caught")).isEqualTo(2);
  }
}
