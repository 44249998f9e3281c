package dev.vectorkeeper.declare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.DatabaseUrl;
import dev.vectorkeeper.testing.Declaring;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.testing.TestRole;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be had is refused with one clear error, and nothing is half done. */
class BadInputPgTest {
  private final ScriptedProvider provider = new ScriptedProvider(8, 100);
  private TestDatabase test;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql(
        "create table entries (id bigint primary key, body text, note text)",
        "create table keyless (id bigint, body text)",
        "create table other (id bigint primary key)",
        "create view shown as select * from entries",
        "insert into entries values (1, 'one')");
  }

  @AfterEach
  void close() {
    test.close();
  }

  private static String source(String keys) {
    return "  entries: {collections: [scripted], " + keys + "}\n";
  }

  private static VectorkeeperException refusal(ThrowingCallable action, String code) {
    Throwable thrown = catchThrowable(action);
    assertThat(thrown).isInstanceOf(VectorkeeperException.class);
    assertThat(((VectorkeeperException) thrown).code()).as(thrown.getMessage()).isEqualTo(code);
    assertThat(thrown.getMessage()).matches("(?s).*[.;]");
    return (VectorkeeperException) thrown;
  }

  /** The names of everything that the user may see, and how much the catalog holds. */
  private List<String> everything() {
    return test.column(
        "select relname::text from pg_class where relnamespace = 'public'::regnamespace"
            + " union all select tgname from pg_trigger where not tgisinternal"
            + " union all select 'source ' || name from vectorkeeper.source"
            + " union all select 'profile ' || name from vectorkeeper.profile"
            + " union all select 'collection ' || table_name from vectorkeeper.collection"
            + " union all select relname from pg_class where relnamespace = 'vectorkeeper'::regnamespace order by 1");
  }

  private String refused(String sources, String code) {
    List<String> before = everything();
    VectorkeeperException e =
        refusal(() -> Declaring.of(provider, sources).apply(test.database()), code);
    assertThat(everything()).isEqualTo(before);
    return e.getMessage();
  }

  @Test
  void a_table_of_the_users_under_the_name_is_left_alone() {
    test.sql(
        "create table taken (id bigint, embedding vector(8))", "create table plain (id bigint)");
    for (String table : List.of("taken", "plain", "entries", "shown")) {
      assertThat(
              refused(
                  source("table: entries, text: body, placement: {table: " + table + "}"),
                  "VK-S11"))
          .contains("public." + table);
    }
  }

  @Test
  void a_table_of_another_dimension_is_refused() {
    test.sql("create table old (id bigint, embedding vector(3), content_hash bytea)");
    assertThat(refused(source("table: entries, text: body, placement: {table: old}"), "VK-S09"))
        .contains("vector(3)", "8 dimensions");
  }

  @Test
  void two_collections_never_share_a_table() {
    Declaring.of(provider, source("table: entries, text: body, placement: {table: shared}"))
        .apply(test.database());
    String second =
        "  second: {table: entries, text: note, collections: [scripted], placement: {table: shared}}\n";
    assertThat(refused(second, "VK-S11")).contains("public.shared");
  }

  @Test
  void two_sources_of_one_file_never_share_a_table_or_a_view() {
    String shared =
        """
          one: {table: entries, text: body, collections: [scripted], %1$s}
          two: {table: entries, text: note, collections: [scripted], %1$s}
        """;
    refused(shared.formatted("placement: {table: shared}"), "VK-S11");
    refused(shared.formatted("views: {all: shared}"), "VK-A03");
    refused(source("table: entries, text: body, views: {all: same, active: same}"), "VK-A03");
  }

  @Test
  void a_view_of_the_users_under_the_name_is_left_alone() {
    for (String views : List.of("all: shown", "active: other", "all: entries")) {
      refused(source("table: entries, text: body, views: {" + views + "}"), "VK-A03");
    }
    test.sql("create view entries_embeddings as select 1 as mine");
    assertThat(refused(source("table: entries, text: body"), "VK-A03"))
        .contains("public.entries_embeddings");
  }

  @Test
  void a_view_of_the_users_is_left_alone_also_when_a_source_is_declared_anew() {
    Declaring.of(provider, source("table: entries, text: body")).apply(test.database());
    refused(source("table: entries, text: body, views: {all: shown}"), "VK-A03");
    refused(
        source("table: entries, text: body, views: {active: entries_scripted_vectors}"), "VK-A03");
    Declaring.of(provider, source("table: entries, text: body, views: {all: everything}"))
        .apply(test.database());
    assertThat(test.number("select count(*) from pg_views where viewname = 'everything'"))
        .isEqualTo(1);
  }

  @Test
  void a_schema_that_does_not_exist_is_refused() {
    assertThat(
            refused(source("table: entries, text: body, placement: {table: nowhere.t}"), "VK-S12"))
        .contains("create schema \"nowhere\"");
    refused(source("table: entries, text: body, views: {all: nowhere.v}"), "VK-S12");
  }

  @Test
  void a_profile_whose_space_changed_is_refused() {
    String sources = source("table: entries, text: body");
    Declaring.of(provider, sources).apply(test.database());
    List<String> before = everything();
    Declaring other = Declaring.of(new ScriptedProvider(16, 100), sources);
    assertThat(refusal(() -> other.apply(test.database()), "VK-A01").getMessage())
        .contains("scripted", "8 dimensions");
    assertThat(everything()).isEqualTo(before);
  }

  @Test
  void another_key_or_chunking_of_a_stored_source_is_refused() {
    Declaring.of(provider, source("table: entries, text: body")).apply(test.database());
    refused(source("table: entries, text: body, chunking: {max-tokens: 100}"), "VK-A02");
    refused(source("table: entries, text: body, placement: {key: {id: entry}}"), "VK-A02");
    test.sql("alter table keyless add primary key (id, body)");
    refused(source("table: keyless, text: body"), "VK-A02");
  }

  @Test
  void a_database_without_pgvector_that_the_role_may_not_install_is_refused() throws Exception {
    TestDatabase bare = TestDatabase.bare();
    TestRole role = TestRole.create(bare, "");
    try {
      Database database = role.database();
      Declaring declaring = Declaring.of(provider, source("table: entries, text: body"));
      assertThat(refusal(() -> declaring.apply(database), "VK-D04").getMessage())
          .contains("create extension vector;");
      assertThat(bare.number("select count(*) from pg_namespace where nspname = 'vectorkeeper'"))
          .isZero();
    } finally {
      bare.close();
      role.close();
    }
  }

  @Test
  void an_unreachable_database_is_named_without_its_password() {
    for (String url :
        List.of(
            "postgresql://me:hush%21@127.0.0.1:1/x",
            "jdbc:postgresql://127.0.0.1:1/x?user=me&password=hush!",
            test.url().jdbcUrl() + "?user=nobody_here&password=hush!")) {
      VectorkeeperException e =
          refusal(() -> Database.open(DatabaseUrl.parse(url), 1).close(), "VK-D02");
      assertThat(e.getMessage()).contains("127.0.0.1").doesNotContain("hush");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "mysql://me:hush@host/db",
        "host=localhost dbname=x",
        "jdbc:mysql://h/d",
        "//host/db"
      })
  void an_address_that_is_none_is_refused_without_repeating_it(String url) {
    VectorkeeperException e = refusal(() -> DatabaseUrl.parse(url), "VK-D01");
    assertThat(e.getMessage()).doesNotContain("hush").contains("postgresql://");
  }

  @Test
  void everything_is_checked_before_anything_is_done() {
    String sources =
        source("table: entries, text: body")
            + "  broken: {table: missing, text: x, collections: [scripted]}\n";
    refused(sources, "VK-S02");
  }
}
