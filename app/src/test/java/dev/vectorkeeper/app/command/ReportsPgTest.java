package dev.vectorkeeper.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vectorkeeper.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What commands write into a directory of reports. */
class ReportsPgTest {
  private static final String PLANTED = "planted-7f3c";
  private static final String YAML =
      """
      database: ${DATABASE_URL}
      profiles:
        local: {provider: local, model: all-MiniLM-L6-v2-q}
        remote:
          provider: openai-compatible
          model: elsewhere
          dimensions: 8
          base-url: http://127.0.0.1:1/v1
          api-key: ${REMOTE_KEY}
          headers: {X-Team: "${REMOTE_KEY}"}
      sources:
        notes:
          table: notes
          text: body
          collections: [local, remote]
          sync: scheduled
          index: {type: ivfflat, lists: 100}
          placement: {key: {id: note_id}, foreign-key: cascade}
      schedules:
        notes-sync: {cron: "* * * * *", time-zone: Europe/Zurich, operation: sync, source: notes, profile: local, limit: 25}
      server:
        routes:
          - {path: /functions/v1/embed-sync, operation: sync, source: notes, limit: 25, auth: {bearer: "${REMOTE_KEY}"}}
      """;

  @TempDir private Path directory;
  private TestDatabase test;
  private Shell shell;
  private Path reports;

  @BeforeEach
  void open() throws Exception {
    test = TestDatabase.bare();
    test.sql(
        "create table notes (id int primary key, body text)",
        "alter table notes enable row level security",
        "insert into notes values (1, 'the cat sleeps'), (2, 'rain is coming'), (3, 'a dog barks')");
    shell =
        new Shell(
            Map.of("DATABASE_URL", ReadmePgTest.libpqUrl(test), "REMOTE_KEY", PLANTED), directory);
    Files.writeString(shell.file(), YAML);
    reports = directory.resolve("reports");
  }

  @AfterEach
  void close() {
    test.close();
  }

  private Shell.Ran ok(String... arguments) {
    Shell.Ran ran = shell.run(arguments);
    assertThat(ran.status()).as(ran.all()).isZero();
    return ran;
  }

  private String text(String name) throws IOException {
    return Files.readString(reports.resolve(name));
  }

  private JsonNode json(String name) throws IOException {
    return new ObjectMapper().readTree(text(name));
  }

  @Test
  void each_command_writes_its_files_and_none_holds_a_secret_or_a_text() throws Exception {
    String dir = reports.toString();
    ok("apply", "--yes", "--report", dir);
    ok("backfill", "notes", "--profile", "local", "--report", dir);
    test.sql("insert into notes values (4, 'the sun shines'), (5, 'a kitten naps')");
    ok("schedule", "run", "notes-sync", "--report", dir);
    ok("schedule", "list", "--report", dir);
    ok("verify", "notes", "--profile", "local", "--limit", "index-unused=1", "--report", dir);
    try (Stream<Path> files = Files.list(reports)) {
      assertThat(files.map(file -> file.getFileName().toString()).sorted().toList())
          .isEqualTo(
              List.of(
                  "emb_backfill.json",
                  "emb_backfill.md",
                  "emb_sync_schedule.md",
                  "emb_sync_test.json",
                  "emb_table_create.md",
                  "emb_table_create.sql",
                  "emb_validation.json",
                  "emb_validation.md",
                  "verification.html",
                  "verification.json",
                  "verification.md"));
    }
    String password = test.url().properties().getProperty("password");
    assertThat(password).isNotBlank();
    try (Stream<Path> files = Files.list(reports)) {
      for (Path file : files.toList()) {
        assertThat(Files.readString(file))
            .as(file.toString())
            .doesNotContain(PLANTED, password, "kitten");
      }
    }
  }

  @Test
  void the_report_of_apply_has_the_sql_that_was_run_and_how_the_tables_stand() throws Exception {
    ok("apply", "--yes", "--report", reports.toString());
    assertThat(text("emb_table_create.sql"))
        .contains("This makes Vectorkeeper's catalog")
        .contains("This is what \"vectorkeeper apply\" ran")
        .contains("create table if not exists \"public\".\"notes_local_vectors\"")
        .contains("on delete cascade");
    assertThat(text("emb_table_create.md"))
        .contains("- make the collection notes/local")
        .contains("- Note: 100 lists are many for the 3 rows")
        .contains("| constraint | `PRIMARY KEY (note_id)` |")
        .contains("| column | `embedding vector(384) not null` |")
        .contains("| row level security | `on` |")
        .contains("ivfflat, cosine, lists = 100;");
    String made = text("emb_table_create.sql");
    ok("apply", "--report", reports.toString());
    assertThat(text("emb_table_create.sql"))
        .as("where nothing was to be changed, what made it")
        .isNotEqualTo(made)
        .contains("create table if not exists \"public\".\"notes_local_vectors\"");
    assertThat(text("emb_table_create.md")).contains("everything was as the file declares");
    assertThat(shell.run("apply", "--dry-run", "--report", reports.toString()).status())
        .isEqualTo(2);
  }

  @Test
  void the_recorded_sql_makes_the_same_where_nothing_is() throws Exception {
    ok("apply", "--yes", "--report", reports.toString());
    String made = text("emb_table_create.sql");
    List<String> before = objects(test);
    try (TestDatabase other = TestDatabase.bare()) {
      other.sql(
          "create table notes (id int primary key, body text)",
          "alter table notes enable row level security");
      script(other, made);
      assertThat(objects(other)).isEqualTo(before);
    }
  }

  /** As psql does: the text as it stands, by the simple protocol. */
  private static void script(TestDatabase database, String text) throws SQLException {
    Properties properties = database.url().properties();
    properties.setProperty("preferQueryMode", "simple");
    try (Connection session = DriverManager.getConnection(database.url().jdbcUrl(), properties);
        Statement statement = session.createStatement()) {
      statement.execute(text);
    }
  }

  private static List<String> objects(TestDatabase database) {
    return database.column(
        """
        select format('%s %s.%s', relkind, n.nspname, relname) from pg_class c join pg_namespace n on n.oid = relnamespace
        where n.nspname in ('public', 'vectorkeeper') and relkind in ('r', 'v', 'i') and c.relname not like 'flyway%' order by 1
        """);
  }

  @Test
  void the_reports_of_runs_have_counts_and_keys() throws Exception {
    ok("apply", "--yes");
    ok("backfill", "notes", "--profile", "local", "--report", reports.toString());
    JsonNode backfill = json("emb_backfill.json");
    assertThat(backfill.get("embedded").asInt()).isEqualTo(3);
    assertThat(backfill.get("remaining").asInt()).isZero();
    assertThat(backfill.get("sample_ids")).hasSize(3);
    assertThat(backfill.get("tokens").asInt()).isPositive();
    assertThat(backfill.get("usd").asDouble()).isZero();
    assertThat(backfill.get("collections").get(0).get("backfill").get("state").asText())
        .isEqualTo("done");
    assertThat(text("emb_backfill.md")).contains("| local | all-MiniLM-L6-v2-q | done | 3 | 3 |");
    test.sql("insert into notes values (4, 'the sun shines'), (5, 'a kitten naps')");
    JsonNode run =
        new ObjectMapper()
            .readTree(
                ok("schedule", "run", "notes-sync", "--json", "--report", reports.toString())
                    .out());
    JsonNode sync = json("emb_sync_test.json");
    assertThat(sync.get("result")).isEqualTo(run);
    assertThat(run.get("embedded").asInt()).isEqualTo(2);
    assertThat(sync.get("before").get(0).get("missing").asInt()).isEqualTo(2);
    assertThat(sync.get("after").get(0).get("missing").asInt()).isZero();
    assertThat(sync.get("after").get(0).get("embedded").asInt()).isEqualTo(5);
    assertThat(text("emb_sync_schedule.md"))
        .contains("| notes-sync | `* * * * *` | Europe/Zurich | sync | notes |")
        .contains("| `POST /functions/v1/embed-sync` | sync | notes | {\"limit\":25} |")
        .contains("| done | command/");
  }

  @Test
  void the_summary_of_a_verification_says_what_is_missing_and_what_is_near() throws Exception {
    ok("apply", "--yes");
    ok("backfill", "notes", "--profile", "local");
    test.sql("insert into notes values (4, 'a dog howls')");
    ok("schedule", "run", "notes-sync");
    test.sql(
        "delete from notes_local_vectors where note_id = 1", "insert into notes values (6, 'x')");
    assertThat(
            shell
                .run("verify", "notes", "--profile", "local", "--report", reports.toString())
                .status())
        .isEqualTo(1);
    JsonNode summary = json("emb_validation.json");
    assertThat(summary.get("rows").asInt()).isEqualTo(5);
    assertThat(summary.get("embedded").asInt()).isEqualTo(3);
    assertThat(summary.get("missing").asInt()).as("with the one that waits").isEqualTo(2);
    assertThat(summary.get("orphan").asInt()).isZero();
    assertThat(summary.get("sample_ids").get("missing").get(0).asText()).isEqualTo("1");
    assertThat(summary.get("newest").get("key").asText()).isEqualTo("4");
    assertThat(summary.get("newest").get("neighbours").get(0).get("key").asText()).isEqualTo("3");
    assertThat(text("emb_validation.md")).contains("| 5 | 3 | 2 | 0 | 1 |").contains("Row 4");
  }
}
