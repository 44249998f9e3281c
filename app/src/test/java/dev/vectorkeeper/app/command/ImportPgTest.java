package dev.vectorkeeper.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vectorkeeper.provider.remote.StrictVendorServer;
import dev.vectorkeeper.testing.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Systems that teams made by hand are recognised and adopted: nothing is asked of a provider but
 * samples, and the rows that had no vector.
 */
class ImportPgTest {
  private static final int ROWS = 220;

  /** Rows that an adoption embeds again. */
  private static final int SAMPLE = 200;

  /** Rows that are embedded under each text that they may have been made of. */
  private static final int PROBED = 5;

  @TempDir private Path directory;
  private TestDatabase test;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    environment.put("DATABASE_URL", ReadmePgTest.libpqUrl(test));
  }

  @AfterEach
  void close() {
    test.close();
  }

  private StrictVendorServer vendor(String name, int dimensions) {
    StrictVendorServer server = StrictVendorServer.start(name, dimensions);
    String prefix = name.toUpperCase(java.util.Locale.ROOT);
    environment.put(prefix + "_API_KEY", StrictVendorServer.KEY);
    environment.put(prefix + "_EMBEDDINGS_URL", server.baseUrl());
    return server;
  }

  private Shell shell() {
    return new Shell(Map.copyOf(environment), directory);
  }

  private Shell.Ran ok(String... arguments) {
    Shell.Ran ran = shell().run(arguments);
    assertThat(ran.status()).as(String.join(" ", arguments) + "\n" + ran.all()).isZero();
    return ran;
  }

  private static JsonNode json(Shell.Ran ran) throws Exception {
    return new ObjectMapper().readTree(ran.out());
  }

  private static int asked(StrictVendorServer server) {
    return server.requests().stream().mapToInt(request -> request.texts().size()).sum();
  }

  /** Everything is embedded once a worker has been there, and nothing is wrong with it. */
  private void complete(String source, int collections, String... limits) throws Exception {
    ok("worker", "--once");
    int seen = 0;
    for (JsonNode collection : json(ok("status", "--json")).get("collections")) {
      if (collection.get("source").asText().equals(source)) {
        JsonNode rows = collection.get("rows");
        assertThat(rows.get("embedded")).as(collection.toString()).isEqualTo(rows.get("eligible"));
        seen++;
      }
    }
    assertThat(seen).isEqualTo(collections);
    String[] verify =
        Stream.concat(Stream.of("verify", source), Stream.of(limits)).toArray(String[]::new);
    assertThat(ok(verify).out()).contains("passed");
  }

  @Test
  void two_providers_in_one_table_become_two_collections() throws Exception {
    HandmadeSystems.media(test, ROWS);
    try (StrictVendorServer jina = vendor("jina", 1024);
        StrictVendorServer openai = vendor("openai", 1024)) {
      String proposed = ok("import").out();
      assertThat(proposed)
          .contains("where: withdrawn_at is null", "none of the 1 other rows has a vector")
          .contains("collections: [jina, openai]", "task: retrieval.passage", "dimensions: 1024")
          .contains("placement: {key: {id: media_item_id}}")
          .contains("public.media_user_vectors.embedding is left alone")
          .contains(
              "adopt media_items --profile openai --from public.media_embeddings --key media_item_id"
                  + " --where \"provider = 'openai' and model = 'text-embedding-3-small' and dimensions = 1024 and task is null\"");
      assertThat(asked(jina) + asked(openai)).isZero();
      assertThat(shell().run("import", "--adopt", "--yes").err()).contains("VK-I04");
      proposed
          .lines()
          .filter(line -> line.contains(" rename to "))
          .forEach(line -> test.sql(line.substring(1)));
      String adopted = ok("import", "--adopt", "--yes").out();
      assertThat(adopted)
          .contains("text: \"{title}\\n\\n{description}\"", ROWS * 3 / 4 + " were adopted");
      complete("media_items", 2);
      int textsTried = PROBED * 8;
      assertThat(asked(jina)).isLessThanOrEqualTo(ROWS + textsTried);
      assertThat(asked(openai)).isLessThanOrEqualTo(SAMPLE);
      assertThat(
              test.number(
                  "select count(*) from media_items_embeddings_active a join media_embeddings m using (media_item_id, model) where a.embedding = m.embedding"))
          .isEqualTo(ROWS * 3 / 4);
    }
  }

  @Test
  void a_column_stays_where_it_is_and_deleted_rows_are_out() throws Exception {
    HandmadeSystems.questions(test, ROWS);
    try (StrictVendorServer gemini = vendor("gemini", 768)) {
      // As a shell makes it for what is printed into it.
      Files.createFile(shell().file());
      Shell.Ran unknown = shell().run("import");
      Files.delete(shell().file());
      assertThat(unknown.status()).isEqualTo(1);
      assertThat(unknown.out()).contains("provider: TODO");
      assertThat(unknown.err()).contains("VK-I03", "--provider and --model", "text-embedding-004");
      assertThat(shell().run("import", "--adopt", "--yes").err()).contains("VK-I03");
      assertThat(shell().file()).doesNotExist();
      String model = "gemini-embedding-001";
      String proposed = ok("import", "--provider", "gemini", "--model", model).out();
      assertThat(proposed)
          .contains("text: question_text", "where: deleted_at is null")
          .contains("index: {type: hnsw, distance: cosine, ef-construction: 64, m: 16}")
          .contains("placement: {column: embedding}", "--remove-others");
      String adopted =
          ok("import", "--provider", "gemini", "--model", model, "--adopt", "--yes").out();
      assertThat(adopted).contains(ROWS / 10 + " vectors of rows that want none are removed");
      complete("questions", 1);
      assertThat(asked(gemini)).isLessThanOrEqualTo(SAMPLE + ROWS / 20 + 2 * PROBED);
      assertThat(
              test.number(
                  "select count(*) from questions where (embedding is not null) = (deleted_at is null)"))
          .isEqualTo(ROWS);
      assertThat(
              test.number(
                  "select count(*) from match_questions_with_solutions((select embedding from questions where id = 1), 0.99, 5)"))
          .isEqualTo(1);
    }
  }

  @Test
  void a_function_of_the_database_names_text_and_model() throws Exception {
    HandmadeSystems.products(test, ROWS);
    try (StrictVendorServer openai = vendor("openai", 1536)) {
      Shell.Ran ran = ok("import", "--write", directory.resolve("own.yaml").toString());
      assertThat(Files.readString(directory.resolve("own.yaml")))
          .contains("# sure: it is the one text that is used by")
          .contains("text: embedding_text", "model: text-embedding-3-small");
      assertThat(ran.out())
          .contains(
              "alter table public.products disable trigger trigger_auto_generate_embedding;",
              "select cron.alter_job(1, active := false);",
              "select cron.unschedule('generate-embeddings');",
              "drop function public.cron_generate_embeddings();")
          .doesNotContain("nightly");
      assertThat(shell().run("import", "--write", directory.resolve("own.yaml").toString()).err())
          .contains("VK-C06");
      JsonNode adopted = json(ok("import", "--adopt", "--json"));
      assertThat(adopted.get("adopted").get(0).get("sampled").asInt()).isEqualTo(SAMPLE);
      complete("products", 1);
      assertThat(asked(openai)).isLessThanOrEqualTo(SAMPLE + ROWS / 25);
    }
  }

  @Test
  void what_waits_in_a_queue_is_embedded_and_what_was_given_up_is_tried_anew() throws Exception {
    HandmadeSystems.jobs(test, ROWS);
    long without = test.number("select count(*) from jobs where is_active and embedding is null");
    try (StrictVendorServer openai = vendor("openai", 1536)) {
      String[] model = {"import", "--model", "text-embedding-3-small"};
      String proposed = ok(model).out();
      assertThat(proposed)
          .contains("where: is_active", "text: \"{title}\\n{description}\"")
          .contains(
              "joins it so",
              "In the queue public.embedding_queue 6 rows wait (0 of them failed before) and 8 were given up")
          .contains("given up 8 times: Request timed out")
          .contains(
              "--stale-where \"id in (select job_id from public.embedding_queue where processed_at is null)\"")
          .contains("alter table public.jobs disable trigger trigger_queue_embedding_update;");
      ok("import", "--model", "text-embedding-3-small", "--adopt", "--yes");
      complete("jobs", 1);
      assertThat(asked(openai)).isLessThanOrEqualTo(SAMPLE + (int) without + 1);
      assertThat(test.column("select embedding::text from jobs where no = 5"))
          .isEqualTo(
              test.column(
                  "select '%s'::vector::text"
                      .formatted(
                          HandmadeSystems.vector(
                              test.column(
                                      "select title || E'\\n' || description from jobs where no = 5")
                                  .get(0),
                              1536))));
    }
  }

  @Test
  void a_table_of_vectors_is_taken_over_with_its_index_policies_and_rights() throws Exception {
    HandmadeSystems.events(test, ROWS);
    try (StrictVendorServer tei = vendor("tei", 384)) {
      String oid =
          "select 'event_embeddings'::regclass::oid, 'event_embeddings_embedding_idx'::regclass::oid";
      var before = test.column(oid);
      String rights =
          "select coalesce(relacl::text, '') || relrowsecurity from pg_class where relname = 'event_embeddings'";
      var ownRights = test.column(rights);
      ok("import", "--model", "gte-small", "--adopt", "--yes");
      assertThat(asked(tei)).isEqualTo(SAMPLE);
      // A hundred lists for so few rows: their index finds little, as a note of apply says.
      complete("iot_events", 1, "--limit", "recall=0.2");
      assertThat(asked(tei)).isEqualTo(SAMPLE + 5);
      assertThat(test.column(oid)).isEqualTo(before);
      assertThat(test.column(rights)).isEqualTo(ownRights);
      assertThat(
              test.number(
                  "select count(*) from pg_index where indrelid = 'event_embeddings'::regclass and indexrelid::regclass::text like '%embedding_idx'"))
          .isEqualTo(1);
      test.sql(
          "insert into iot_events (id, message) values (9001, 'a door was opened')",
          "delete from iot_events where id = 1");
      ok("worker", "--once");
      assertThat(
              test.number(
                  "select count(*) from event_embeddings e full join iot_events i on i.id = e.event_id where e.event_id is null or i.id is null"))
          .isZero();
      assertThat(shell().run("import").err()).contains("VK-I01");
    }
  }

  @Test
  void until_it_is_adopted_nothing_in_a_table_that_was_taken_over_is_embedded_anew()
      throws Exception {
    HandmadeSystems.events(test, 40);
    test.sql("update event_embeddings set embedding = embedding - embedding - embedding");
    try (StrictVendorServer tei = vendor("tei", 384)) {
      Shell.Ran refused = shell().run("import", "--model", "gte-small", "--adopt", "--yes");
      assertThat(refused.err()).contains("VK-O03", "backfill resume iot_events");
      int sampled = asked(tei);
      ok("worker", "--once");
      assertThat(asked(tei)).isEqualTo(sampled);
      ok("backfill", "resume", "iot_events");
      ok("worker", "--once");
      assertThat(asked(tei)).isEqualTo(sampled + 40);
    }
  }

  @Test
  void a_database_with_nothing_to_find_says_so() {
    test.sql("create table notes (id int primary key, body text)");
    Shell.Ran ran = shell().run("import");
    assertThat(ran.status()).isEqualTo(1);
    assertThat(ran.err()).contains("VK-I01 There is nothing to adopt");
    assertThat(shell().run("import", "--table", "a b").err()).contains("VK-C09");
    environment.clear();
    assertThat(shell().run("import").err()).contains("VK-I02");
  }

  @Test
  void tables_of_odd_names_and_shapes_are_adopted_or_left_alone_with_a_reason() throws Exception {
    HandmadeSystems.odd(test);
    try (StrictVendorServer openai = vendor("openai", 8)) {
      String[] model = {"import", "--model", "text-embedding-3-small", "--adopt", "--yes"};
      String out = ok(model).out();
      assertThat(out)
          .contains("public.doc_parts.embedding is left alone: there are several vectors a row")
          .contains("public.keyless.embedding is left alone: public.keyless has no primary key")
          .contains("public.mixed.embedding is left alone: its vectors have different lengths")
          .contains("public.sparse.embedding is left alone: vectors of the type sparsevec")
          .contains("public.numbers.embedding is left alone: its table has no text")
          .doesNotContain("public.bits");
      ok("worker", "--once");
      for (String source :
          new String[] {
            "notes_all", "parted", "docs_title", "docs_content", "doc_chunks", "loose", "halves"
          }) {
        assertThat(ok("verify", source).out()).contains("passed");
      }
      assertThat(asked(openai)).isLessThanOrEqualTo(7 * 40 + 7 * PROBED * 14);
      assertThat(shell().run("import").err())
          .contains("VK-I01")
          .contains(
              "public.parted.embedding is left alone: its rows are the source parted already");
    }
  }
}
