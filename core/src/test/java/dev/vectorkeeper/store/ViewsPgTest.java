package dev.vectorkeeper.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.testing.Declaring;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.testing.TestRole;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The two views of a source: what they show, to whom, and that a plain search uses the index. */
class ViewsPgTest {
  private static final String PROBE = "'[1,0,0,0,0,0,0,0]'::vector";
  private static final String ENTRIES =
      "  entries: {table: entries, text: body, collections: [%s]%s}\n";

  private final ScriptedProvider provider = new ScriptedProvider(8, 1_000);
  private TestDatabase test;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql("create table entries (id bigint primary key, body text, owner text default 'me')");
  }

  @AfterEach
  void close() {
    test.close();
  }

  private Declaring apply(String profiles, String more) {
    Declaring declaring = Declaring.of(provider, ENTRIES.formatted(profiles, more));
    declaring.apply(test.database());
    declaring.drain(test.database());
    return declaring;
  }

  private void insert(int rows) {
    test.sql("insert into entries select g, 'body ' || g from generate_series(1, " + rows + ") g");
  }

  private static String plan(Statement statement, String query) throws SQLException {
    StringBuilder plan = new StringBuilder();
    try (ResultSet row = statement.executeQuery("explain (costs off) " + query)) {
      while (row.next()) {
        plan.append(row.getString(1)).append('\n');
      }
    }
    return plan.toString();
  }

  private void assertSearchUsesTheIndex(Connection session, String view) throws SQLException {
    try (Statement statement = session.createStatement()) {
      String search = "select id from " + view + " order by embedding <=> %s limit 10";
      assertThat(plan(statement, search.formatted(PROBE)))
          .contains("Index Scan using entries_scripted_vectors_embedding_idx");
      statement.execute("set plan_cache_mode = force_generic_plan");
      statement.execute("prepare nearest(vector) as " + search.formatted("$1"));
      assertThat(plan(statement, "execute nearest(" + PROBE + ")"))
          .contains("Index Scan using entries_scripted_vectors_embedding_idx")
          .contains("$1");
      statement.execute("deallocate nearest");
    }
  }

  @Test
  void a_plain_search_uses_the_vector_index_also_as_a_prepared_statement() throws SQLException {
    insert(2_500);
    apply("scripted", "");
    test.sql("analyze");
    try (Connection session = test.session()) {
      assertSearchUsesTheIndex(session, "entries_embeddings_active");
      assertSearchUsesTheIndex(session, "entries_embeddings");
    }
    assertThat(
            test.column(
                "select id from entries_embeddings_active order by embedding <=> "
                    + literal(provider.vector("body 77"))
                    + " limit 1"))
        .containsExactly("77");
  }

  private static String literal(float[] vector) {
    return "'" + java.util.Arrays.toString(vector) + "'::vector";
  }

  @Test
  void a_second_collection_and_row_level_security_leave_the_index_in_use() throws SQLException {
    insert(2_500);
    TestRole reader = TestRole.create(test, "");
    try {
      test.sql(
          "grant select on entries to " + reader.name(),
          "alter table entries enable row level security",
          "create policy own on entries using (owner = 'me')");
      apply("scripted, other", "");
      test.sql("analyze");
      for (Connection session : new Connection[] {test.session(), reader.session()}) {
        try (session) {
          assertSearchUsesTheIndex(session, "entries_embeddings_active");
        }
      }
    } finally {
      test.close();
      reader.close();
      test = TestDatabase.create();
    }
  }

  @Test
  void the_views_show_every_collection_or_the_active_one_and_no_row_twice() {
    insert(50);
    apply("scripted, other", "");
    assertThat(
            test.column(
                "select string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' order by attnum)"
                    + " from pg_attribute where attrelid in ('entries_embeddings'::regclass, 'entries_embeddings_active'::regclass)"
                    + " and attnum > 0 group by attrelid"))
        .hasSize(2)
        .allMatch(
            ("id bigint, chunk integer, profile text, provider text, model text, dimensions integer, task text,"
                    + " embedding vector, content_hash bytea, created_at timestamp with time zone, collection_id integer")
                ::equals);
    assertThat(test.number("select count(*) from entries_embeddings")).isEqualTo(100);
    assertThat(test.number("select count(distinct (id, profile, chunk)) from entries_embeddings"))
        .isEqualTo(100);
    assertThat(test.number("select count(*) from entries_embeddings_active")).isEqualTo(50);
    assertThat(test.column("select distinct profile from entries_embeddings_active"))
        .containsExactly("scripted");
    test.sql(
        "update vectorkeeper.embedding_settings set collection_id ="
            + " (select max(collection_id) from vectorkeeper.collection)");
    assertThat(test.column("select distinct profile from entries_embeddings_active"))
        .containsExactly("other");
    assertThat(test.number("select count(distinct id) from entries_embeddings_active"))
        .isEqualTo(50);
  }

  @Test
  void the_views_have_their_readers_rights_and_those_who_read_the_source_may_read_them()
      throws SQLException {
    insert(5);
    TestRole reader = TestRole.create(test, "");
    TestRole stranger = TestRole.create(test, "");
    try {
      test.sql("grant select on entries to " + reader.name());
      apply("scripted", "");
      assertThat(
              test.column(
                  "select relname from pg_class where relkind = 'v' and relnamespace = 'public'::regnamespace"
                      + " and reloptions @> '{security_invoker=true}' order by 1"))
          .containsExactly("entries_embeddings", "entries_embeddings_active");
      assertThat(reader.column("select id from entries_embeddings_active")).hasSize(5);
      assertThat(reader.column("select id from entries_embeddings")).hasSize(5);
      org.assertj.core.api.Assertions.assertThatThrownBy(
              () -> stranger.column("select id from entries_embeddings"))
          .hasMessageContaining("permission denied");
    } finally {
      test.close();
      reader.close();
      stranger.close();
      test = TestDatabase.create();
    }
  }

  @Test
  void a_view_and_a_function_of_the_users_on_top_survive_another_collection() {
    insert(20);
    apply("scripted", "");
    test.sql(
        "create view nearest as select e.body, v.embedding from entries_embeddings_active v join entries e using (id)",
        "create materialized view counted as select profile, count(*) from entries_embeddings group by 1",
        "grant select on entries_embeddings to public",
        "create function how_many() returns bigint language sql begin atomic select count(*) from entries_embeddings_active; end");
    apply("scripted, other", ", where: id <= 10");
    test.sql("refresh materialized view counted");
    assertThat(test.number("select count(*) from nearest")).isEqualTo(10);
    assertThat(test.number("select how_many()")).isEqualTo(10);
    assertThat(test.number("select count(*) from counted")).isEqualTo(2);
    assertThat(
            test.number(
                "select has_table_privilege('public', 'entries_embeddings', 'select')::int"))
        .isEqualTo(1);
    assertThat(
            test.number(
                "select count(*) from pg_class where relkind = 'v' and reloptions @> '{security_invoker=true}'"
                    + " and relname like 'entries%'"))
        .isEqualTo(2);
  }

  @Test
  void placement_with_a_foreign_key_and_a_key_of_another_name_makes_the_table_of_the_scenario() {
    test.sql(
        "create table iot_events (id bigint primary key, payload text)",
        "insert into iot_events values (1, 'hot'), (2, 'cold'), (3, 'wet')");
    Setup setup =
        Setup.apply(
            test,
            provider,
            """
              events:
                table: iot_events
                text: payload
                collections: [scripted]
                placement: {table: event_embeddings, key: {id: event_id}, foreign-key: cascade}
            """);
    setup.drain();
    assertThat(
            test.column(
                "select attname || ' ' || format_type(atttypid, atttypmod) || case when attnotnull then ' not null' else '' end"
                    + " from pg_attribute where attrelid = 'event_embeddings'::regclass and attnum > 0 order by attnum"))
        .contains(
            "event_id bigint not null",
            "embedding vector(8) not null",
            "created_at timestamp with time zone not null");
    assertThat(
            test.column(
                "select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'event_embeddings'::regclass order by contype"))
        .containsExactlyInAnyOrder(
            "PRIMARY KEY (event_id)",
            "FOREIGN KEY (event_id) REFERENCES iot_events(id) ON DELETE CASCADE");
    test.sql(
        "delete from iot_events where id = 1",
        "update iot_events set payload = 'warm' where id = 2");
    assertThat(test.column("select event_id from event_embeddings order by 1"))
        .containsExactly("2", "3");
    setup.drain();
    assertThat(setup.differences()).isEmpty();
    assertThat(setup.apply()).isEmpty();
  }
}
