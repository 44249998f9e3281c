package dev.vectorkeeper.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.source.IndexDefinition;
import dev.vectorkeeper.source.SourceDefinition;
import dev.vectorkeeper.source.SourceDefinition.Sync;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The configuration file: what is read, and every problem at once with its line. */
class ConfigurationTest {
  private static final String PROFILES = "profiles:\n  local: {provider: local, model: m}\n";

  private static Configuration parse(String yaml, Map<String, String> environment) {
    return Configuration.parse("vectorkeeper.yaml", yaml, environment);
  }

  private static List<String> problems(String yaml) {
    VectorkeeperException e =
        catchThrowableOfType(VectorkeeperException.class, () -> parse(yaml, Map.of()));
    assertThat(e).as("problems of\n" + yaml).isNotNull();
    assertThat(e.code()).isEqualTo("VK-C01");
    List<String> lines = e.getMessage().lines().toList();
    assertThat(lines.get(0)).startsWith("The configuration has ");
    return lines.subList(1, lines.size()).stream().map(String::trim).toList();
  }

  @Test
  void the_whole_file_of_a_normal_user_is_read() {
    Configuration read =
        parse(
            """
            database: ${DATABASE_URL}
            profiles:
              local: {provider: local, model: bge-small-en-v1.5}
            sources:
              entries:
                table: public.entries
                text: "{word}: {gloss}"
                where: "retired_at is null"
                chunking: {max-tokens: 400, overlap: 40}
                collections: [local]
                index: {type: hnsw, distance: cosine, m: 24}
                sync: manual
                placement: {table: entries_vectors, key: {id: entry_id}, foreign-key: cascade}
                views: {all: entries_embeddings, active: other.entries_embeddings_active}
            """,
            Map.of("DATABASE_URL", "postgresql://me:a$b\\c@host/db"));
    assertThat(read.database()).contains("postgresql://me:a$b\\c@host/db");
    assertThat(read.toString()).doesNotContain("a$b");
    SourceDefinition entries = read.sources().get("entries");
    assertThat(entries.table()).hasToString("public.entries");
    assertThat(entries.content().text().columns()).containsExactly("word", "gloss");
    assertThat(entries.content().where()).contains("retired_at is null");
    assertThat(entries.content().chunking().orElseThrow().overlap()).isEqualTo(40);
    assertThat(entries.sync()).isEqualTo(Sync.MANUAL);
    assertThat(entries.placement().keyNames()).containsEntry("id", "entry_id");
    assertThat(entries.placement().foreignKey()).isTrue();
    assertThat(entries.placement().activeView().orElseThrow())
        .hasToString("other.entries_embeddings_active");
    assertThat(entries.placement().index().type()).isEqualTo(IndexDefinition.Type.HNSW);
    assertThat(entries.placement().index().parameters()).containsEntry("m", 24);
  }

  @Test
  void what_is_left_out_has_a_default() {
    Configuration read =
        parse(PROFILES + "sources:\n  e: {table: e, text: body, collections: local}\n", Map.of());
    assertThat(read.database()).isEmpty();
    SourceDefinition source = read.sources().get("e");
    assertThat(source.sync()).isEqualTo(Sync.REALTIME);
    assertThat(source.collections()).containsExactly("local");
    assertThat(source.content().chunking()).isEmpty();
    assertThat(source.placement().index()).isEqualTo(IndexDefinition.DEFAULT);
  }

  @Test
  void the_environment_fills_the_database_where_the_file_leaves_it_out() {
    Map<String, String> environment = Map.of("VECTORKEEPER_DATABASE_URL", "postgresql://h/env");
    assertThat(parse(PROFILES, environment).database()).contains("postgresql://h/env");
    assertThat(parse("database: ${NOT_SET:}\n" + PROFILES, environment).database())
        .contains("postgresql://h/env");
    assertThat(parse("database: postgresql://h/file\n" + PROFILES, environment).database())
        .contains("postgresql://h/file");
    assertThat(parse(PROFILES, Map.of("VECTORKEEPER_DATABASE_URL", " ")).database()).isEmpty();
  }

  @Test
  void variables_are_replaced_and_have_defaults() {
    String yaml =
        PROFILES
            + "sources:\n  e: {table: \"${SCHEMA:public}.${TABLE}\", text: body, where: \"a > ${N:5}\", collections: [local]}\n";
    SourceDefinition source = parse(yaml, Map.of("TABLE", "things", "N", "7")).sources().get("e");
    assertThat(source.table()).hasToString("public.things");
    assertThat(source.content().where()).contains("a > 7");
  }

  @Test
  void an_unset_variable_without_a_default_is_reported_once_with_its_line() {
    assertThat(
            problems(
                "database: ${NOT_SET}\n"
                    + PROFILES
                    + "sources:\n  e:\n    table: ${NO_TABLE}\n    text: body\n    collections: [local]\n"))
        .satisfiesExactly(
            first ->
                assertThat(first)
                    .startsWith("vectorkeeper.yaml:1: database")
                    .contains("NOT_SET is not set", "${NOT_SET:…}"),
            second -> assertThat(second).startsWith("vectorkeeper.yaml:6: ").contains("NO_TABLE"));
  }

  @Test
  void every_problem_is_reported_at_once_in_the_order_of_the_lines() {
    List<String> found =
        problems(
            """
            databse: x
            profiles:
              local: {provider: lokal, model: m}
              second: {provider: local}
            sources:
              entries:
                tabel: public.entries
                text: "{word"
                sync: sometimes
                collections: [locl, local, local]
                chunking: {max-tokens: 20, overlap: 15}
                index: {type: hnsw, lists: 10, m: many}
                placement: {key: [id], foreign-key: yes}
              "Big Name": {table: "a b", text: body, collections: [local]}
              none:
            """);
    assertThat(found)
        .anySatisfy(p -> assertThat(p).contains(":1: ", "databse", "did you mean \"database\"?"))
        .anySatisfy(p -> assertThat(p).contains(":3: ", "lokal", "did you mean \"local\"?"))
        .anySatisfy(p -> assertThat(p).contains(":4: ", "needs the key \"model\""))
        .anySatisfy(p -> assertThat(p).contains("needs the key \"table\""))
        .anySatisfy(
            p ->
                assertThat(p)
                    .contains(":7: ", "entries.tabel", "did you mean \"sources.entries.table\"?"))
        .anySatisfy(p -> assertThat(p).contains(":8: ", "brace"))
        .anySatisfy(p -> assertThat(p).contains(":9: ", "sometimes"))
        .anySatisfy(p -> assertThat(p).contains(":10: ", "locl", "did you mean \"local\"?"))
        .anySatisfy(p -> assertThat(p).contains(":10: ", "stands twice"))
        .anySatisfy(p -> assertThat(p).contains(":11: ", "overlap"))
        .anySatisfy(p -> assertThat(p).contains(":12: ", "index.m", "whole number"))
        .anySatisfy(p -> assertThat(p).contains(":12: ", "lists belongs to ivfflat"))
        .anySatisfy(p -> assertThat(p).contains(":13: ", "placement.key"))
        .anySatisfy(p -> assertThat(p).contains(":13: ", "foreign-key"))
        .anySatisfy(p -> assertThat(p).contains(":14: ", "Big Name"))
        .anySatisfy(p -> assertThat(p).contains(":14: ", "a b"))
        .anySatisfy(p -> assertThat(p).contains(":15: ", "sources.none is empty"));
    assertThat(found).doesNotHaveDuplicates();
    List<Integer> lines = found.stream().map(p -> Integer.valueOf(p.split(":")[1])).toList();
    assertThat(lines).isSorted();
  }

  @Test
  void a_key_that_stands_twice_is_reported_once() {
    assertThat(problems(PROFILES + "  local: {provider: local, model: n}\nsources:\nsources:\n"))
        .satisfiesExactly(
            p -> assertThat(p).startsWith("vectorkeeper.yaml:3: ").contains("local stands twice"),
            p ->
                assertThat(p).startsWith("vectorkeeper.yaml:5: ").contains("sources stands twice"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          profiles:\\n\\tlocal: x | :2: this is not YAML
          profiles: {local: {provider: local | not YAML
          "unclosed | not YAML
          just a sentence | must be a list of "name: value"
          - a\\n- b | must be a list of "name: value"
          profiles: [a, b] | profiles must be a list of "name: value"
          sources: 5 | sources must be a list of "name: value"
          database: [a] | database must be a single value
          # only a comment | the file is empty
          ~~ | the file is empty
          """)
  void a_file_of_another_form_is_one_clear_problem(String yaml, String said) {
    assertThat(problems(yaml.replace("\\n", "\n").replace("\\t", "\t")))
        .singleElement()
        .satisfies(p -> assertThat(p).contains(said));
  }

  @Test
  void line_ends_of_windows_and_a_byte_order_mark_are_no_problem() {
    String yaml = "\uFEFF" + PROFILES.replace("\n", "\r\n");
    assertThat(parse(yaml, Map.of()).profiles()).containsKey("local");
  }

  @Test
  void a_missing_or_unreadable_file_is_named(@TempDir Path directory) throws IOException {
    Path missing = directory.resolve("no.yaml");
    Path binary = Files.write(directory.resolve("binary.yaml"), new byte[] {(byte) 0xff, 1, 2});
    assertThat(code(missing)).isEqualTo("VK-C02");
    assertThat(code(directory)).isEqualTo("VK-C03");
    assertThat(code(binary)).isEqualTo("VK-C03");
  }

  private static String code(Path file) {
    VectorkeeperException e =
        catchThrowableOfType(VectorkeeperException.class, () -> Configuration.load(file, Map.of()));
    assertThat(e.getMessage()).contains(file.getFileName().toString());
    return e.code();
  }
}
