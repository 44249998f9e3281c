package dev.vectorkeeper.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vectorkeeper.testing.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Each command as a user types it: what it prints, its JSON, its exit status. */
class CommandsPgTest {
  private static final String YAML =
      """
      database: ${DATABASE_URL}
      profiles:
        local: {provider: local, model: all-MiniLM-L6-v2-q}
      sources:
        notes: {table: notes, text: body, collections: [local]}
      """;

  @TempDir private Path directory;
  private TestDatabase test;
  private Shell shell;

  @BeforeEach
  void open() throws Exception {
    test = TestDatabase.create();
    test.sql(
        "create table notes (id int primary key, body text)",
        "insert into notes values (1, 'the cat sleeps'), (2, 'rain is coming'), (3, '  ')");
    shell = new Shell(Map.of("DATABASE_URL", ReadmePgTest.libpqUrl(test)), directory);
    Files.writeString(shell.file(), YAML);
  }

  @AfterEach
  void close() {
    test.close();
  }

  private JsonNode json(String... arguments) throws Exception {
    Shell.Ran ran = shell.run(arguments);
    assertThat(ran.status()).as(ran.all()).isZero();
    return new ObjectMapper().readTree(ran.out());
  }

  @Test
  void apply_says_what_it_will_do_and_does_nothing_unasked() throws Exception {
    assertThat(json("apply", "--dry-run", "--json").get("applied").asBoolean()).isFalse();
    Shell.Ran unasked = shell.run("apply");
    assertThat(unasked.status()).isEqualTo(1);
    assertThat(unasked.out())
        .contains("capture changes of public.notes")
        .contains("Nothing was changed");
    assertThat(test.number("select count(*) from vectorkeeper.source")).isZero();
    assertThat(json("apply", "--json").get("applied").asBoolean()).isTrue();
    JsonNode again = json("apply", "--json");
    assertThat(again.get("applied").asBoolean()).isFalse();
    assertThat(again.get("changes")).isEmpty();
  }

  @Test
  void a_run_answers_with_counts_and_status_agrees() throws Exception {
    json("apply", "--json");
    JsonNode run = json("worker", "--once", "--json");
    assertThat(run.get("embedded").asInt()).isEqualTo(2);
    assertThat(run.get("remaining").asInt()).isZero();
    JsonNode status = json("status", "--json").get("collections").get(0);
    assertThat(status.get("rows").get("eligible").asInt()).isEqualTo(2);
    assertThat(status.get("rows").get("embedded").asInt()).isEqualTo(2);
    assertThat(status.get("state").asText()).isEqualTo("ready");
    assertThat(status.get("index_ready").asBoolean()).isTrue();
    assertThat(shell.run("status").out()).contains("notes/local").contains("100.0 %");
    JsonNode used = json("status", "--json").get("profiles").get(0);
    assertThat(used.get("profile").asText()).isEqualTo("local");
    assertThat(used.get("total").get("inputs").asInt()).isEqualTo(2);
    assertThat(used.get("today").get("inputs").asInt()).isEqualTo(2);
    assertThat(used.get("total").get("tokens").asInt()).isPositive();
    JsonNode found = json("search", "notes", "an animal is resting", "-k", "1", "--json");
    assertThat(found.get(0).get("key").asText()).isEqualTo("1");
    JsonNode backfill = json("backfill", "notes", "--json");
    assertThat(backfill.get("embedded").asInt()).isZero();
    assertThat(backfill.get("skipped").asInt()).isEqualTo(3);
  }

  @Test
  void verify_names_what_is_wrong_and_writes_reports() throws Exception {
    json("apply", "--json");
    json("worker", "--once", "--json");
    JsonNode good = json("verify", "notes", "--json");
    assertThat(good.get("passed").asBoolean()).isTrue();
    assertThat(good.get("vectors").asInt()).isEqualTo(2);
    test.sql("delete from notes_local_vectors where id = 2");
    Path reports = directory.resolve("reports");
    Shell.Ran ran = shell.run("verify", "notes", "--report", reports.toString());
    assertThat(ran.status()).isEqualTo(1);
    assertThat(ran.out()).contains("✗  missing").contains("did not pass: 1 of 2 rows");
    assertThat(Files.readString(reports.resolve("verification.md")))
        .contains("| missing | 1 | at most 0 | **no** | 2 |");
    assertThat(Files.readString(reports.resolve("verification.html")))
        .contains("<svg ")
        .contains("How long a search takes");
    assertThat(new ObjectMapper().readTree(reports.resolve("verification.json").toFile()))
        .isNotEmpty();
    assertThat(shell.run("verify", "notes", "--limit", "missing=1").status()).isZero();
    assertThat(shell.run("verify", "notes", "--limit", "speed=1").err()).contains("VK-V01");
    assertThat(shell.run("verify", "notes", "--sample", "0").status()).isEqualTo(2);
  }

  @Test
  void migrate_goes_step_by_step_with_statuses_for_a_pipeline() throws Exception {
    Files.writeString(
        shell.file(),
        Files.readString(shell.file())
            .replace(
                "sources:", "  other: {provider: local, model: bge-small-en-v1.5-q}\nsources:"));
    json("apply", "--json");
    json("worker", "--once", "--json");
    Shell.Ran unnamed = shell.run("migrate", "plan", "notes", "--to", "other");
    assertThat(unnamed.status()).isEqualTo(3);
    assertThat(unnamed.out()).contains("Both models make 384 dimensions");
    Shell.Ran plan = shell.run("migrate", "plan", "notes", "--to", "other", "--searches-named");
    assertThat(plan.status()).as(plan.all()).isZero();
    assertThat(plan.out()).contains("✓  1. rows").contains("Nothing was changed");
    assertThat(shell.run("migrate", "plan", "notes", "--to", "local").status()).isEqualTo(3);
    assertThat(shell.run("migrate", "start", "notes", "--to", "nobody").status()).isEqualTo(3);
    assertThat(
            shell
                .run("migrate", "run", "notes", "--to", "other", "--searches-named", "--dry-run")
                .status())
        .isZero();
    assertThat(test.number("select count(*) from vectorkeeper.migration")).isZero();
    Shell.Ran strict =
        shell.run(
            "migrate",
            "run",
            "notes",
            "--to",
            "other",
            "--searches-named",
            "--limit",
            "p95=0.000001");
    assertThat(strict.status()).isEqualTo(4);
    assertThat(strict.err()).contains("VK-M04").contains("p95");
    assertThat(strict.err()).contains("✓  1. prepared").contains("✓  3. verifying");
    Path files = directory.resolve("files");
    JsonNode cut =
        json(
            "migrate", "run", "notes", "--to", "other", "--checkpoint", files.toString(), "--json");
    assertThat(cut.get("migration").get("state").asText()).isEqualTo("cut over");
    assertThat(cut.get("used").get("embedded").asInt()).isEqualTo(2);
    assertThat(shell.run("migrate", "retire", "notes").status()).isEqualTo(1);
    assertThat(shell.run("migrate", "rollback", "notes", "--dry-run").out())
        .contains("is cut over; this step can be done.");
    assertThat(shell.run("migrate", "rollback", "notes").status()).isZero();
    assertThat(shell.run("migrate", "cutover", "notes", "--within", "1x").status()).isEqualTo(2);
    Shell.Ran again = shell.run("migrate", "cutover", "notes");
    assertThat(again.status()).isZero();
    assertThat(again.out())
        .contains("2 rows have a text, 2 of them a vector of 384 dimensions, 0 have none")
        .contains("Next: vectorkeeper migrate rollback notes");
    assertThat(shell.run("migrate", "status", "notes").out())
        .contains("rolled back")
        .contains("rows embedded");
    assertThat(shell.run("migrate", "retire", "notes", "--after", "0s", "--unread", "0s").status())
        .isZero();
    assertThat(shell.run("migrate", "rollback", "notes").err()).contains("VK-M07");
    assertThat(shell.run("migrate", "notes").status()).isEqualTo(2);
  }

  @Test
  void a_backfill_leaves_files_that_say_how_far_it_is_and_what_failed() throws Exception {
    json("apply", "--json");
    Path files = directory.resolve("files");
    json("backfill", "notes", "--checkpoint", files.toString(), "--json");
    JsonNode checkpoint =
        new ObjectMapper().readTree(files.resolve(".backfill-checkpoint.json").toFile()).get(0);
    assertThat(checkpoint.get("source").asText()).isEqualTo("notes");
    assertThat(checkpoint.get("backfill").get("state").asText()).isEqualTo("done");
    assertThat(checkpoint.get("backfill").get("rows_done").asInt()).isEqualTo(3);
    test.sql(
        "insert into vectorkeeper.dead_letter (collection_id, key, attempts, error_code, error_message) values (1, '99', 3, 'VK-P05', 'refused')");
    json("backfill", "notes", "--checkpoint", files.toString(), "--json");
    JsonNode failed =
        new ObjectMapper().readTree(files.resolve(".backfill-failed.json").toFile()).get(0);
    assertThat(failed.get("key").asText()).isEqualTo("99");
    assertThat(failed.get("code").asText()).isEqualTo("VK-P05");
    assertThat(Files.list(files)).hasSize(2);
    Files.writeString(directory.resolve("in-the-way"), "");
    assertThat(
            shell.run("backfill", "notes", "--checkpoint", directory + "/in-the-way/files").err())
        .contains("VK-R01");
  }

  @Test
  void retire_drops_a_collection_that_is_not_the_active_one() throws Exception {
    Files.writeString(
        shell.file(),
        YAML.replace("sources:", "  other: {provider: local, model: bge-small-en-v1.5-q}\nsources:")
            .replace("[local]", "[local, other]"));
    json("apply", "--json");
    json("worker", "--once", "--json");
    assertThat(shell.run("retire", "notes", "--profile", "local").err()).contains("VK-M09");
    assertThat(shell.run("retire", "notes").status()).isEqualTo(2);
    assertThat(shell.run("retire", "notes", "--profile", "other", "--dry-run").out())
        .contains("can be dropped; nothing was.");
    Path archive = directory.resolve("other.csv.gz");
    JsonNode retired =
        json("retire", "notes", "--profile", "other", "--archive", archive.toString(), "--json");
    assertThat(retired.get("dropped").asBoolean()).isTrue();
    assertThat(archive).isNotEmptyFile();
    assertThat(test.number("select count(*) from notes_embeddings")).isEqualTo(2);
    assertThat(shell.run("retire", "notes", "--profile", "other").err()).contains("VK-M01");
    assertThat(shell.run("apply", "--yes").out()).contains("was retired and stays so");
  }

  @Test
  void adopt_takes_vectors_over_after_a_comparison() throws Exception {
    json("apply", "--json");
    json("worker", "--once", "--json");
    test.sql(
        "create table made as select id as note, embedding from notes_local_vectors",
        "delete from notes_local_vectors");
    Shell.Ran dry = shell.run("adopt", "notes", "--from", "made", "--key", "note", "--dry-run");
    assertThat(dry.status()).as(dry.all()).isZero();
    assertThat(dry.out()).contains("2 vectors fit notes/local").contains("Nothing was adopted.");
    JsonNode adopted = json("adopt", "notes", "--from", "made", "--key", "note", "--json");
    assertThat(adopted.get("adopted").asInt()).isEqualTo(2);
    test.sql(
        "delete from notes_local_vectors",
        "update made set embedding = (select embedding from made where note = 2) where note = 1");
    Shell.Ran other = shell.run("adopt", "notes", "--from", "made", "--key", "note");
    assertThat(other.status()).isEqualTo(1);
    assertThat(other.err()).contains("VK-O03").contains("Nothing was adopted");
    assertThat(shell.run("adopt", "notes", "--from", "made", "--sample", "0").status())
        .isEqualTo(2);
  }

  @Test
  void wrong_use_is_status_two_and_failure_status_one() throws Exception {
    assertThat(shell.run("frobnicate").status()).isEqualTo(2);
    assertThat(shell.run("worker", "--once=maybe").status()).isEqualTo(2);
    assertThat(shell.run("search", "notes", "x", "-k", "0").status()).isEqualTo(2);
    assertThat(shell.run("failures", "retry", "notes").status()).isEqualTo(2);
    Shell.Ran early = shell.run("status");
    assertThat(early.status()).isEqualTo(0);
    json("apply", "--json");
    Shell.Ran unknown = shell.run("backfill", "nots");
    assertThat(unknown.status()).isEqualTo(1);
    assertThat(unknown.err()).contains("VK-S01").contains("notes");
    assertThat(shell.run("search", "notes", "  ").err()).contains("VK-Q02");
    Files.writeString(
        shell.file(), YAML.replace("collections", "colections").replace("model:", "modell:"));
    Shell.Ran wrong = shell.run("apply");
    assertThat(wrong.status()).isEqualTo(2);
    assertThat(wrong.err())
        .contains("VK-C01")
        .contains("vectorkeeper.yaml:3")
        .contains("vectorkeeper.yaml:5")
        .contains("did you mean");
    Files.delete(shell.file());
    assertThat(shell.run("status").err()).contains("VK-C02").contains("vectorkeeper init");
  }

  @Test
  void init_writes_a_file_that_can_be_read_and_never_over_one() throws Exception {
    assertThat(shell.run("init").status()).isEqualTo(2);
    Files.delete(shell.file());
    assertThat(shell.run("init").status()).isZero();
    assertThat(shell.run("init").err()).contains("VK-C06");
    Shell.Ran ran = shell.run("apply", "--dry-run");
    assertThat(ran.err()).as("the example is read without a problem").doesNotContain("VK-C01");
  }

  @Test
  void a_dropped_column_shows_in_status_and_doctor_and_writes_go_on() throws Exception {
    json("apply", "--json");
    test.sql(
        "alter table notes rename column body to content",
        "insert into notes values (9, 'still written')");
    assertThat(shell.run("status").out()).contains("VK-W02").contains("is now called content");
    Shell.Ran doctor = shell.run("doctor");
    assertThat(doctor.status()).isEqualTo(1);
    assertThat(doctor.out()).contains("VK-W02");
    assertThat(json("worker", "--once", "--json").get("embedded").asInt()).isEqualTo(3);
  }

  @Test
  void an_incomplete_model_directory_is_one_clear_error() throws Exception {
    Path model = Files.createDirectory(directory.resolve("model"));
    Files.writeString(shell.file(), YAML.replace("all-MiniLM-L6-v2-q", model.toString()));
    Shell.Ran ran = shell.run("apply", "--yes");
    assertThat(ran.status()).isEqualTo(1);
    assertThat(ran.err()).contains("VK-L02").contains("model.onnx");
    assertThat(test.number("select count(*) from vectorkeeper.source")).isZero();
  }

  @Test
  void every_command_has_help_with_an_example_and_every_code_is_explained() throws Exception {
    for (Map.Entry<String, CommandLine> command :
        Vk.commandLine(Map.of()).getSubcommands().entrySet()) {
      String help = command.getValue().getUsageMessage();
      if (!List.of("help", "version").contains(command.getKey())) {
        assertThat(help).as(command.getKey()).contains("Example");
      }
    }
    String explained = Files.readString(Path.of("../docs/errors.md"));
    TreeSet<String> codes = new TreeSet<>();
    for (Path sources : List.of(Path.of("../core/src/main"), Path.of("src/main"))) {
      try (Stream<Path> files = Files.walk(sources)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
          Matcher code = Pattern.compile("\"(VK-[A-Z]\\d\\d)\"").matcher(Files.readString(file));
          while (code.find()) {
            codes.add(code.group(1));
          }
        }
      }
    }
    assertThat(codes)
        .hasSizeGreaterThan(40)
        .allSatisfy(code -> assertThat(explained).contains(code));
  }
}
