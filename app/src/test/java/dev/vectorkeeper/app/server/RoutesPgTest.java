package dev.vectorkeeper.app.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Paths of hand-made systems, called as their cron jobs and triggers call them. */
class RoutesPgTest {
  private static final String QUEUE = "/api/process-embedding-queue";
  private static final String YAML =
      """
      profiles:
        jina: {provider: application, model: jina-embeddings-v3, dimensions: 8}
        openai: {provider: application, model: text-embedding-3-small, dimensions: 8}
      sources:
        jobs: {table: jobs, text: body, collections: [jina, openai], sync: scheduled}
      server:
        port: 0
        routes:
          - {path: /api/process-embedding-queue, operation: queue, source: jobs, profile: jina, limit: 100,
             open-status: true, auth: {bearer: "${CRON_SECRET}", hmac: "${HMAC_KEY}"}}
          - {path: /functions/v1/media-embed-backfill, operation: backfill, source: jobs,
             auth: {job-token: "${EMBED_BACKFILL_JOB_TOKEN}"}}
          - {path: /functions/v1/embed-sync, operation: sync, source: jobs, limit: 25, get-works: true,
             auth: {bearer: "${CRON_SECRET}"}}
          - {path: /functions/v1/generate-embedding, operation: embed, source: jobs, profile: jina,
             auth: {bearer: "${CRON_SECRET}"}}
          - {path: /functions/v1/no-secret, operation: sync, source: jobs, auth: {job-token: "${UNSET:}"}}
      """;
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "CRON_SECRET",
          "a-cron-secret",
          "HMAC_KEY",
          "a-key",
          "EMBED_BACKFILL_JOB_TOKEN",
          "a-job-token");

  private TestDatabase test;
  private ScriptedProvider jina;
  private Served served;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql("create table jobs (id int primary key, body text)");
    jina = new ScriptedProvider(8, 16);
    served =
        Served.of(
            test,
            YAML,
            ENVIRONMENT,
            Map.of("jina", jina, "openai", new ScriptedProvider(8, 16, "openai")));
    served.awaitReady(2);
  }

  @AfterEach
  void close() {
    served.close();
    test.close();
  }

  private static String sign(String key, String timestamp, String body) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    return "sha256="
        + HexFormat.of()
            .formatHex(mac.doFinal((timestamp + "." + body).getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void the_status_has_just_the_shape_that_its_readers_know() {
    test.sql(
        "insert into vectorkeeper.claim (collection_id, keys, oldest) select 1, array_agg(i::text), now() from generate_series(1, 39) i",
        "insert into vectorkeeper.retry (collection_id, key, attempts, due_at, error_code, error_message) select 1, i::text, 1, now() + interval '1 day', 'VK-P02', 'away' from generate_series(40, 42) i");
    assertThat(served.get(QUEUE).body())
        .isEqualTo(
            "{\"pending\":42,\"retries\":3,\"message\":\"42 jobs pending embedding generation\"}");
  }

  @Test
  void a_cron_service_that_can_only_get_works_with_its_bearer_and_nobody_else_does() {
    test.sql("insert into jobs select i, 'job ' || i from generate_series(1, 5) i");
    assertThat(
            served
                .get(QUEUE, "User-Agent", "vercel-cron/1.0", "Authorization", "Bearer wrong")
                .status())
        .as("whoever shows a wrong secret gets no status either")
        .isIn(200, 401);
    assertThat(test.number("select count(*) from jobs_jina_vectors")).isZero();
    JsonNode status =
        served.get(QUEUE, "User-Agent", "curl/8", "Authorization", "Bearer a-cron-secret").json();
    assertThat(status.get("pending").asInt()).isEqualTo(10);
    JsonNode run =
        served
            .get(QUEUE, "User-Agent", "vercel-cron/1.0", "Authorization", "Bearer a-cron-secret")
            .json();
    assertThat(run.get("embedded").asInt()).isEqualTo(5);
    assertThat(run.get("sample_ids")).hasSize(5);
    assertThat(served.get("/functions/v1/embed-sync").status()).isEqualTo(401);
    assertThat(
            served
                .get("/functions/v1/embed-sync", "Authorization", "Bearer a-cron-secret")
                .json()
                .get("embedded")
                .asInt())
        .as("those of the other profile")
        .isEqualTo(5);
  }

  @Test
  void signatures_are_taken_once_and_only_fresh() throws Exception {
    test.sql("insert into jobs values (1, 'a job')");
    String now = Long.toString(Instant.now().getEpochSecond());
    String body = "{\"limit\":10}";
    String[] signed = {"X-Timestamp", now, "X-Signature", sign("a-key", now, body)};
    assertThat(served.post(QUEUE, body, signed).json().get("embedded").asInt()).isEqualTo(1);
    Served.Answer replayed = served.post(QUEUE, body, signed);
    assertThat(replayed.status()).isEqualTo(401);
    assertThat(replayed.json().get("detail").asText()).contains("used before");
    String old = Long.toString(Instant.now().getEpochSecond() - 600);
    for (String[] wrong :
        new String[][] {
          {"X-Timestamp", old, "X-Signature", sign("a-key", old, body)},
          {"X-Timestamp", now, "X-Signature", sign("another", now, body)},
          {"X-Timestamp", now, "X-Signature", sign("a-key", now, "{\"limit\":99}")},
          {"X-Timestamp", now, "X-Signature", "sha256=zz"},
          {"X-Signature", sign("a-key", now, body)}
        }) {
      assertThat(served.post(QUEUE, body, wrong).status()).isEqualTo(401);
    }
  }

  @Test
  void a_backfill_takes_provider_model_and_limit_from_its_body_and_keeps_a_cursor_each() {
    String path = "/functions/v1/media-embed-backfill";
    test.sql(
        "alter table jobs disable trigger user",
        "insert into jobs select i, 'job ' || i from generate_series(1, 12) i");
    String body =
        "{\"provider\": \"application\", \"model\": \"jina-embeddings-v3\", \"dimensions\": 8, \"task\": \"\", \"limit\": 5}";
    assertThat(served.post(path, body).status()).isEqualTo(401);
    assertThat(served.post(path, body, "X-Job-Token", "a-job-toke").status()).isEqualTo(401);
    String[] token = {"X-Job-Token", "a-job-token"};
    assertThat(served.post(path, body, token).json().get("embedded").asInt()).isEqualTo(5);
    assertThat(served.post(path, body, token).json().get("embedded").asInt()).isEqualTo(5);
    assertThat(test.number("select count(*) from jobs_openai_vectors"))
        .as("the other profile has a cursor of its own")
        .isZero();
    assertThat(
            served
                .post(path, body.replace("jina-embeddings-v3", "text-embedding-3-small"), token)
                .json()
                .get("embedded")
                .asInt())
        .isEqualTo(5);
    assertThat(served.post(path, "{\"provider\": \"cohere\"}", token).json().get("detail").asText())
        .contains("no collection with provider cohere");
    assertThat(served.post(path, "{\"cursor\": 5}", token).code()).isEqualTo("VK-H03");
  }

  @Test
  void a_text_goes_in_and_its_vector_comes_out() {
    String path = "/functions/v1/generate-embedding";
    String[] bearer = {"Authorization", "Bearer a-cron-secret"};
    JsonNode embedded = served.post(path, "{\"embedding_text\": \"a shoe\"}", bearer).json();
    assertThat(embedded.get("embedding")).hasSize(8);
    assertThat((float) embedded.at("/embedding/0").asDouble()).isEqualTo(jina.vector("a shoe")[0]);
    assertThat(served.post(path, "{\"embedding_text\": 7}", bearer).status()).isEqualTo(400);
    assertThat(served.post(path, "{}", bearer).status()).isEqualTo(400);
    assertThat(served.get(path, bearer).code()).isEqualTo("VK-H07");
  }

  @Test
  void a_route_whose_secret_is_not_set_asks_for_a_token_of_the_server() {
    assertThat(served.post("/functions/v1/no-secret", "").status()).isEqualTo(401);
    assertThat(
            served
                .post("/functions/v1/no-secret", "", "Authorization", "Bearer " + served.token())
                .status())
        .isEqualTo(200);
    assertThat(
            served
                .post(QUEUE, "{\"limit\": 101}", "Authorization", "Bearer a-cron-secret")
                .json()
                .get("detail")
                .asText())
        .contains("at most 100");
    assertThat(
            served
                .post(QUEUE, "{\"profile\": \"openai\"}", "Authorization", "Bearer a-cron-secret")
                .json()
                .get("detail")
                .asText())
        .as("a job's secret reaches no further than its job")
        .contains("this is set to jina");
  }
}
