package dev.vectorkeeper.app.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vectorkeeper.testing.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What "sql" prints, run by a plain session in the place of "apply". */
class SqlPgTest {
  private static final String YAML =
      """
      database: ${DATABASE_URL}
      profiles:
        local: {provider: local, model: all-MiniLM-L6-v2-q}
        other: {provider: local, model: bge-small-en-v1.5-q}
      sources:
        notes: {table: notes, text: body, where: "body <> 'it''s \\\\ :secret ?'", collections: [local, other]}
        odd: {table: '"Odd ''one"', text: body, collections: [local], chunking: {max-tokens: 64}}
        parts: {table: parts, text: body, collections: [local]}
        column: {table: asked, text: body, placement: {column: embedding}, collections: [local],
                 capture: {insert: added}, views: {queue: '"The ''queue"', queue-key: {id: asked}}}
      derived:
        taste: {source: notes, links: likes, entity: person, item: note}
      schedules:
        nightly: {cron: "0 3 * * *", operation: sync, source: notes, limit: 25}
      """;

  private static final List<String> TABLES =
      List.of(
          "create table notes (id int primary key, body text)",
          "create policy mine on notes using (id < 100)",
          "alter table notes enable row level security",
          "create table \"Odd 'one\" (\"Key \"\"x\" text primary key, body text)",
          "create table parts (id bigint, region text, body text, primary key (id, region)) partition by list (region)",
          "create table parts_eu partition of parts for values in ('eu')",
          "create table asked (id int primary key, body text)",
          "create table likes (person text, note int)",
          "grant select on notes to public",
          "insert into notes values (1, 'the cat sleeps'), (2, 'rain is coming')",
          "insert into \"Odd 'one\" values ('a''b', 'a quote')",
          "insert into parts values (1, 'eu', 'a part')",
          "insert into asked values (1, 'a question')",
          "insert into likes values ('ann', 1)");

  /** All that there is, but for numbers of objects, times and how often something was asked for. */
  private static final List<String> DESCRIPTIONS =
      List.of(
          "select c.oid::regclass::text || c.relkind::text || coalesce(c.relacl::text, '') || c.relrowsecurity || coalesce(c.reloptions::text, '') || coalesce(obj_description(c.oid, 'pg_class'), '') || pg_get_userbyid(c.relowner) from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname in ('public', 'vectorkeeper') order by 1",
          "select a.attrelid::regclass || ' ' || a.attnum || a.attname || format_type(a.atttypid, a.atttypmod) || a.attnotnull from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace where n.nspname in ('public', 'vectorkeeper') and a.attnum > 0 order by 1",
          "select c.oid::regclass || pg_get_viewdef(c.oid) from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname in ('public', 'vectorkeeper') and c.relkind = 'v' order by 1",
          "select p.oid::regprocedure || regexp_replace(pg_get_functiondef(p.oid), '\\d{5,}', 'N', 'g') || coalesce(p.proacl::text, '') || coalesce(obj_description(p.oid, 'pg_proc'), '') from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('public', 'vectorkeeper') and p.prokind = 'f' and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e') order by 1",
          "select pg_get_triggerdef(t.oid) || t.tgenabled::text from pg_trigger t where not t.tgisinternal order by 1",
          "select pg_get_indexdef(indexrelid) from pg_index join pg_class c on c.oid = indrelid join pg_namespace n on n.oid = c.relnamespace where n.nspname in ('public', 'vectorkeeper') order by 1",
          "select polrelid::regclass || polname || pg_get_expr(polqual, polrelid) from pg_policy order by 1",
          "select pg_get_constraintdef(oid) || conname from pg_constraint where connamespace = 'vectorkeeper'::regnamespace order by 1",
          "select version || type || script || checksum from vectorkeeper.flyway_history where version is not null order by installed_rank",
          "select (to_jsonb(p) - 'created_at')::text from vectorkeeper.profile p order by profile_id",
          "select (to_jsonb(s) - 'created_at' - 'relation')::text from vectorkeeper.source s order by source_id",
          "select (to_jsonb(c) - 'created_at')::text from vectorkeeper.collection c order by collection_id",
          "select (to_jsonb(e) - 'updated_at')::text from vectorkeeper.embedding_settings e order by source_id",
          "select (to_jsonb(b) - 'started_at' - 'next_cut_at' - 'rows_expected')::text from vectorkeeper.backfill b order by backfill_id",
          "select name || all_view::text || active_view::text || definition from vectorkeeper.derived order by 1",
          "select extname || extnamespace::regnamespace from pg_extension order by 1",
          "select (to_jsonb(s) - 'created_at')::text from vectorkeeper.schedule s order by name",
          "select entity from vectorkeeper.derived_change_1");

  @TempDir private Path directory;
  private TestDatabase test;
  private Shell shell;

  @BeforeEach
  void open() throws Exception {
    test = TestDatabase.bare();
    shell = shell(test, "printed");
  }

  @AfterEach
  void close() {
    test.close();
  }

  private Shell shell(TestDatabase database, String name) throws Exception {
    database.sql(TABLES.toArray(String[]::new));
    Path own = Files.createDirectory(directory.resolve(name));
    Shell made = new Shell(Map.of("DATABASE_URL", ReadmePgTest.libpqUrl(database)), own);
    Files.writeString(made.file(), YAML);
    return made;
  }

  private String printed(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "sql";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    Shell.Ran ran = shell.run(all);
    assertThat(ran.status()).as(ran.all()).isZero();
    assertThat(ran.err()).isEmpty();
    return ran.out();
  }

  /** As psql does: the text as it stands, by the simple protocol. */
  private void run(String... scripts) {
    Properties properties = test.url().properties();
    properties.setProperty("preferQueryMode", "simple");
    for (String script : scripts) {
      try (Connection session = DriverManager.getConnection(test.url().jdbcUrl(), properties);
          Statement statement = session.createStatement()) {
        statement.execute(script);
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static JsonNode json(Shell shell, String... arguments) throws Exception {
    Shell.Ran ran = shell.run(arguments);
    assertThat(ran.status()).as(ran.all()).isZero();
    return new ObjectMapper().readTree(ran.out());
  }

  private static List<String> described(TestDatabase database) {
    List<String> all = new ArrayList<>();
    for (String query : DESCRIPTIONS) {
      List<String> found = database.column(query);
      assertThat(found).as(query).isNotEmpty();
      all.addAll(found);
    }
    return all;
  }

  /** Everything that a session could have changed, sequences with it. */
  private List<String> state() {
    List<String> state = new ArrayList<>();
    state.addAll(
        test.column(
            "select oid::text || relname || coalesce(relfilenode::text, '') || relkind::text || xmin from pg_class where relkind <> 't' order by oid"));
    state.addAll(test.column("select oid || xmin::text from pg_proc order by oid"));
    state.addAll(test.column("select oid || xmin::text from pg_trigger order by oid"));
    for (String table : relations("r")) {
      state.addAll(test.column("select t.xmin || t::text from " + table + " t order by 1"));
    }
    for (String sequence : relations("S")) {
      state.addAll(test.column("select last_value || is_called::text from " + sequence));
    }
    return state;
  }

  private List<String> relations(String kind) {
    return test.column(
        "select c.oid::regclass::text from pg_class c where c.relnamespace in ('public'::regnamespace, to_regnamespace('vectorkeeper')) and c.relkind = '"
            + kind
            + "' order by 1");
  }

  @Test
  void an_empty_database_becomes_what_apply_makes_of_one() throws Exception {
    run(printed("catalog"));
    assertThat(printed("catalog")).contains("There is nothing to run");
    run(printed("apply"));
    assertThat(printed("apply")).contains("There is nothing to run");
    JsonNode plan = json(shell, "apply", "--dry-run", "--json");
    assertThat(plan.get("changes")).isEmpty();
    try (TestDatabase applied = TestDatabase.bare()) {
      Shell other = shell(applied, "applied");
      json(other, "apply", "--json");
      assertThat(described(test)).containsExactlyElementsOf(described(applied));
    }
    assertThat(json(shell, "worker", "--once", "--json").get("embedded").asInt()).isEqualTo(7);
    assertThat(test.number("select count(*) from notes_embeddings_active")).isEqualTo(2);
    test.sql("insert into notes values (3, 'the sun comes out')");
    assertThat(json(shell, "worker", "--once", "--json").get("embedded").asInt()).isEqualTo(2);
    assertThat(shell.run("doctor").out()).doesNotContainPattern("VK-W0[1-7]");
  }

  @Test
  void nothing_changes_by_printing() throws Exception {
    List<String> empty = state();
    printed("catalog");
    assertThat(shell.run("sql", "apply").err()).contains("VK-D06").contains("sql catalog");
    assertThat(state()).isEqualTo(empty);
    run(printed("catalog"));
    List<String> catalog = state();
    printed("apply");
    printed("triggers");
    printed("views");
    printed("views", "column");
    assertThat(state()).isEqualTo(catalog);
    json(shell, "apply", "--json");
    List<String> applied = state();
    printed("triggers");
    printed("views");
    assertThat(state()).isEqualTo(applied);
    Files.writeString(
        shell.file(),
        YAML.replace("table: notes, text: body", "table: notes, text: '{id} {body}'"));
    assertThat(printed("apply")).contains("backfill");
    assertThat(state()).isEqualTo(applied);
  }

  @Test
  void nobody_waits_for_what_is_printed_and_it_waits_for_nobody() throws Exception {
    run(printed("catalog"));
    try (var session = test.session();
        var statement = session.createStatement()) {
      session.setAutoCommit(false);
      statement.execute("lock table notes, asked, parts in row exclusive mode");
      assertThat(printed("apply")).contains("create or replace trigger");
      session.rollback();
    }
  }

  @Test
  void printed_triggers_and_views_repair_what_was_dropped() throws Exception {
    json(shell, "apply", "--json");
    test.sql(
        "drop trigger vectorkeeper_notes_update on notes",
        "drop view notes_embeddings",
        "drop function match_notes");
    assertThat(shell.run("apply", "--dry-run").out()).contains("repair");
    String triggers = printed("triggers", "notes");
    assertThat(triggers)
        .contains("create or replace trigger \"vectorkeeper_notes_update\"")
        .doesNotContain("match_notes")
        .doesNotContain("insert into vectorkeeper.source")
        .doesNotContain("parts");
    run(triggers);
    assertThat(shell.run("apply", "--dry-run").out()).doesNotContain("repair");
    String views = printed("views", "notes");
    assertThat(views).contains("match_notes").doesNotContain("create or replace trigger");
    run(views);
    assertThat(test.number("select count(*) from notes_embeddings")).isZero();
    run(printed("views"), printed("triggers"));
    assertThat(json(shell, "apply", "--dry-run", "--json").get("changes")).isEmpty();
  }

  @Test
  void a_script_from_before_a_change_of_the_catalog_does_nothing() throws Exception {
    run(printed("catalog"));
    String old = printed("apply");
    test.sql("select nextval(pg_get_serial_sequence('vectorkeeper.source', 'source_id'))");
    assertThatThrownBy(() -> run(old)).hasStackTraceContaining("Print it again");
    assertThat(test.number("select count(*) from vectorkeeper.source")).isZero();
    run(printed("apply"));
    assertThat(json(shell, "apply", "--dry-run", "--json").get("changes")).isEmpty();
  }

  @Test
  void wrong_use_is_said() throws Exception {
    Shell.Ran unknown = shell.run("sql", "triggers", "nots");
    assertThat(unknown.status()).isEqualTo(2);
    assertThat(unknown.err()).contains("VK-C09").contains("did you mean \"notes\"");
    assertThat(shell.run("sql").status()).isEqualTo(2);
    assertThat(shell.run("sql", "pg-cron", "nots").status()).isEqualTo(2);
    for (String[] wrong :
        new String[][] {
          {"--cron", "* * * *"},
          {"--cron", "0 seconds"},
          {"--cron", "60 seconds"},
          {"--cron", "* * * * * *"},
          {"--cron", "* * * * '"},
          {"--url", "127.0.0.1:8080"},
          {"--url", "ftp://x"},
          {"--url", "http://user:pass@x"},
          {"--url", "http://x/?y"},
          {"--limit", "0"},
          {"--limit", "many"},
          {"--with", "curl"},
          {"--secret", " "},
          {"--name", "a\nb"}
        }) {
      Shell.Ran ran = shell.run("sql", "pg-cron", "notes", wrong[0], wrong[1]);
      assertThat(ran.status()).as(ran.all()).isEqualTo(2);
      assertThat(ran.err()).contains(wrong[0]);
      assertThat(ran.out()).isEmpty();
    }
  }
}
