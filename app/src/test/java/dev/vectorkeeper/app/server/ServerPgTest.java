package dev.vectorkeeper.app.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.TestDatabase;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each endpoint over real HTTP: what it answers and what it changes. */
class ServerPgTest {
  private static final String YAML =
      """
      profiles:
        small: {provider: application, model: small, dimensions: 8}
        large: {provider: application, model: large, dimensions: 12}
      sources:
        notes: {table: notes, text: body, collections: [small, large], sync: scheduled}
      schedules:
        nightly: {cron: "0 3 * * *", operation: sync, source: notes, limit: 25, enabled: false}
      server: {port: 0}
      """;

  private TestDatabase test;
  private ScriptedProvider small;
  private ScriptedProvider large;
  private Served served;
  private String[] all;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql(
        "create table notes (id int primary key, body text, kind text default 'a')",
        "insert into notes select i, 'note ' || i from generate_series(1, 20) i");
    small = new ScriptedProvider(8, 16);
    large = new ScriptedProvider(12, 16, "large");
    served = Served.of(test, YAML, Map.of(), Map.of("small", small, "large", large));
    all = new String[] {"Authorization", "Bearer " + served.token()};
    served.awaitReady(2);
  }

  @AfterEach
  void close() {
    served.close();
    test.close();
  }

  @Test
  void state_is_read_without_a_token_on_loopback() {
    assertThat(served.get("/healthz").json().get("status").asText()).isEqualTo("alive");
    assertThat(served.get("/readyz").json().get("status").asText()).isEqualTo("ready");
    JsonNode status = served.get("/v1/status").json();
    assertThat(status.at("/collections/0/rows/embedded").asInt()).isEqualTo(20);
    assertThat(served.get("/v1/sources").json().at("/0/active").asText()).isEqualTo("small");
    assertThat(served.get("/v1/sources/notes").json().get("table").asText())
        .isEqualTo("public.notes");
    assertThat(served.get("/v1/profiles").json()).hasSize(2);
    assertThat(served.get("/v1/collections").json()).hasSize(2);
    assertThat(served.get("/v1/sources/notes/backfills").json().at("/0/backfill/state").asText())
        .isEqualTo("done");
    assertThat(served.get("/v1/openapi.json").json().at("/info/title").asText())
        .isEqualTo("Vectorkeeper");
    Served.Answer unknown = served.get("/v1/sources/nots");
    assertThat(unknown.status()).isEqualTo(404);
    assertThat(unknown.code()).isEqualTo("VK-S01");
    assertThat(unknown.json().get("detail").asText()).contains("notes");
  }

  @Test
  void the_overview_the_activity_and_the_settings_are_read() {
    test.sql("insert into notes values (50, 'late')");
    served.post("/v1/sources/notes/queue", "{\"profile\": \"small\"}", all);
    JsonNode overview = served.get("/v1/overview").json();
    assertThat(overview.at("/collections/0/outstanding").asInt()).isZero();
    assertThat(overview.at("/collections/0/freshness/p50").asDouble()).isPositive();
    assertThat(overview.at("/collections/1/outstanding").asInt()).isEqualTo(1);
    assertThat(overview.at("/sources/0/match_function").asText()).isEqualTo("public.match_notes");
    JsonNode hour = served.get("/v1/activity?source=notes&profile=small").json();
    assertThat(hour.get("step_seconds").asInt()).isEqualTo(60);
    int embedded = 0;
    for (JsonNode stretch : hour.get("stretches")) {
      embedded += stretch.get("embedded").asInt();
      assertThat(stretch.at("/latency/p95").asDouble()).isPositive();
    }
    assertThat(embedded).isEqualTo(21);
    assertThat(served.get("/v1/activity?window=year").json().at("/stretches/0/embedded").asInt())
        .as("both collections, in one stretch of a week")
        .isEqualTo(41);
    assertThat(served.get("/v1/activity?profile=huge").code()).isEqualTo("VK-C04");
    JsonNode collection = served.get("/v1/sources/notes/collections/large").json();
    assertThat(collection.at("/index/type").asText()).isEqualTo("hnsw");
    assertThat(collection.get("dimensions").asInt()).isEqualTo(12);
    assertThat(collection.get("bytes").asLong()).isPositive();
    assertThat(served.get("/v1/sources/notes/collections/huge").status()).isEqualTo(404);
    JsonNode settings = served.get("/v1/settings").json();
    assertThat(settings.at("/sources/0/text").asText()).isEqualTo("body");
    assertThat(settings.at("/tokens/0/scopes")).hasSize(3);
    assertThat(served.get("/v1/access").json().get("scopes")).hasSize(1);
    assertThat(served.get("/v1/access", all).json().get("scopes")).hasSize(3);
    assertThat(served.get("/v1/access", "Authorization", "Bearer vk_wrong").code())
        .isEqualTo("VK-H04");
  }

  @Test
  void the_dashboard_is_a_fixed_list_of_files() {
    Served.Answer page = served.get("/");
    assertThat(page.body()).contains("/assets/app.js").doesNotContain("<style");
    String tag = page.response().headers().firstValue("ETag").orElseThrow();
    assertThat(served.get("/", "If-None-Match", tag).status()).isEqualTo(304);
    assertThat(page.response().headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("script-src 'self'")
        .doesNotContain("unsafe");
    assertThat(served.get("/assets/lit-html/lit-html.js").status()).isEqualTo(200);
    assertThat(served.get("/assets/lit-html/static.js").code()).isEqualTo("VK-H05");
    assertThat(served.get("/assets/%2e%2e/index.html").status()).isBetween(400, 404);
  }

  @Test
  void the_queue_is_worked_off_up_to_a_number_and_its_length_is_told() {
    test.sql("insert into notes select i, 'later ' || i from generate_series(101, 142) i");
    JsonNode queue = served.get("/v1/sources/notes/queue").json();
    assertThat(queue.get("pending").asInt()).as("in the log, once a collection").isEqualTo(84);
    JsonNode run =
        served
            .post("/v1/sources/notes/queue", "{\"limit\": 30, \"profile\": \"small\"}", all)
            .json();
    assertThat(run.get("embedded").asInt()).isEqualTo(30);
    assertThat(run.get("sample_ids")).isNotEmpty();
    assertThat(run.get("remaining").asInt()).isEqualTo(12);
    assertThat(served.post("/v1/sources/notes/sync", "", all).json().get("embedded").asInt())
        .isEqualTo(12 + 42);
    assertThat(served.get("/v1/sources/notes/queue").json().get("pending").asInt()).isZero();
  }

  @Test
  void searches_find_by_text_by_vector_and_by_columns() {
    JsonNode found =
        served.post("/v1/sources/notes/search", "{\"text\": \"note 7\", \"k\": 3}", all).json();
    assertThat(found).hasSize(3);
    assertThat(found.at("/0/key").asText()).isEqualTo("7");
    assertThat(found.at("/0/content").asText()).isEqualTo("note 7");
    String vector = java.util.Arrays.toString(large.vector("note 9"));
    assertThat(
            served
                .post(
                    "/v1/sources/notes/search",
                    "{\"vector\": %s, \"profile\": \"large\", \"k\": 1, \"threshold\": 0.99}"
                        .formatted(vector),
                    all)
                .json()
                .at("/0/key")
                .asText())
        .isEqualTo("9");
    test.sql("update notes set kind = 'b' where id = 3");
    JsonNode filtered =
        served
            .post(
                "/v1/sources/notes/search",
                "{\"text\": \"note 7\", \"filter\": {\"kind\": \"b\"}}",
                all)
            .json();
    assertThat(filtered).hasSize(1);
    for (String wrong :
        List.of(
            "{\"vector\": [1, 2]}",
            "{\"text\": \" \"}",
            "{\"text\": \"x\", \"filter\": {\"no\": 1}}",
            "{\"text\": \"x\", \"filter\": {\"id\": \"seven\"}}",
            "{\"text\": \"x\", \"profile\": \"huge\"}",
            "{\"vector\": [1e999, 0, 0, 0, 0, 0, 0, 0]}",
            "{\"text\": \"x\", \"vector\": [1]}")) {
      Served.Answer answer = served.post("/v1/sources/notes/search", wrong, all);
      assertThat(answer.status()).as(wrong + answer.body()).isEqualTo(400);
    }
  }

  @Test
  void vectors_are_made_for_openai_clients_and_follow_the_active_profile() {
    JsonNode first =
        served
            .post("/v1/embeddings", "{\"model\": \"active:notes\", \"input\": [\"a\", \"b\"]}", all)
            .json();
    assertThat(first.at("/data/1/embedding")).hasSize(8);
    assertThat(first.at("/collection/profile").asText()).isEqualTo("small");
    JsonNode switched =
        served.post("/v1/sources/notes/switch", "{\"profile\": \"large\"}", all).json();
    assertThat(switched.get("changed").asBoolean()).isTrue();
    JsonNode second =
        served
            .post(
                "/v1/embeddings",
                "{\"model\": \"active:notes\", \"input\": \"a\", \"encoding_format\": \"base64\"}",
                all)
            .json();
    assertThat(second.at("/collection/profile").asText()).isEqualTo("large");
    assertThat(java.util.Base64.getDecoder().decode(second.at("/data/0/embedding").asText()))
        .hasSize(12 * 4);
    assertThat(served.get("/v1/models", all).json().at("/data")).hasSize(3);
    assertThat(
            served
                .post("/v1/sources/notes/switch", "{\"back\": true, \"dry_run\": true}", all)
                .json()
                .get("to")
                .asText())
        .isEqualTo("small");
    Served.Answer wrong =
        served.post("/v1/embeddings", "{\"model\": \"gpt\", \"input\": \"a\"}", all);
    assertThat(wrong.status()).isEqualTo(400);
    assertThat(wrong.json().get("detail").asText()).contains("active:SOURCE");
    assertThat(
            served
                .post(
                    "/v1/sources/notes/embed", "{\"texts\": [\"a\"], \"side\": \"document\"}", all)
                .json()
                .at("/vectors/0"))
        .hasSize(12);
  }

  @Test
  void backfills_are_estimated_begun_held_and_ended() {
    assertThat(
            served
                .post("/v1/sources/notes/backfills", "{\"dry_run\": true}", all)
                .json()
                .at("/0/rows")
                .asInt())
        .isZero();
    Served.Answer begun =
        served.post(
            "/v1/sources/notes/backfills",
            "{\"profile\": \"small\", \"rows_per_second\": 0.5}",
            all);
    assertThat(begun.status()).isEqualTo(202);
    assertThat(begun.json()).hasSize(1);
    assertThat(served.post("/v1/sources/notes/backfills/pause", "{}", all).json()).hasSize(1);
    assertThat(served.get("/v1/sources/notes/backfills").json().at("/0/backfill/state").asText())
        .isEqualTo("paused");
    assertThat(served.post("/v1/sources/notes/backfills", "{\"profile\": \"small\"}", all).code())
        .isEqualTo("VK-B01");
    assertThat(
            served.post("/v1/sources/notes/backfills/resume", "{\"budget_usd\": 1.5}", all).json())
        .hasSize(1);
    assertThat(served.post("/v1/sources/notes/backfills/cancel", "", all).json()).hasSize(1);
  }

  @Test
  void failures_are_listed_and_put_back() {
    test.sql(
        "insert into vectorkeeper.dead_letter (collection_id, key, attempts, error_code, error_message) values (1, '5', 3, 'VK-P08', 'no'), (1, '6', 3, 'VK-P07', 'long'), (2, '5', 3, 'VK-P08', 'no')");
    assertThat(served.get("/v1/failures?source=notes&limit=2").json()).hasSize(2);
    JsonNode groups = served.get("/v1/failures/groups").json();
    assertThat(groups).hasSize(3);
    assertThat(groups.at("/0/rows").asInt()).isEqualTo(1);
    assertThat(served.get("/v1/failures?profile=small&code=VK-P08").json()).hasSize(1);
    assertThat(
            served
                .post("/v1/sources/notes/failures/retry", "{\"keys\": [\"6\"]}", all)
                .json()
                .get("revived")
                .asInt())
        .isEqualTo(1);
    assertThat(
            served
                .post("/v1/sources/notes/failures/retry", "{\"code\": \"VK-P08\"}", all)
                .json()
                .get("revived")
                .asInt())
        .isEqualTo(2);
    assertThat(
            served
                .post("/v1/sources/notes/failures/retry", "{\"all\": true}", all)
                .json()
                .get("revived")
                .asInt())
        .isZero();
    assertThat(served.get("/v1/failures?limit=0").status()).isEqualTo(400);
    assertThat(served.get("/v1/failures?limt=1").json().get("detail").asText()).contains("limt");
  }

  @Test
  void verification_answers_its_report_and_remembers_it() {
    JsonNode report = served.post("/v1/sources/notes/verification", "{\"sample\": 5}", all).json();
    assertThat(report.get("passed").asBoolean()).isTrue();
    assertThat(served.get("/v1/sources/notes/verification").json().at("/0/profile").asText())
        .isEqualTo("small");
    assertThat(
            served
                .post("/v1/sources/notes/verification", "{\"limits\": {\"speed\": 1}}", all)
                .code())
        .isEqualTo("VK-V01");
  }

  @Test
  void a_migration_is_planned_run_and_cut_over_by_calls() {
    assertThat(served.get("/v1/sources/notes/migration").json().get("status").isNull()).isTrue();
    assertThat(served.post("/v1/sources/notes/migration/plan", "{\"to\": \"large\"}", all).json())
        .isNotEmpty();
    assertThat(served.post("/v1/sources/notes/migration/run", "{\"to\": \"large\"}", all).status())
        .isEqualTo(202);
    await()
        .until(
            () -> !served.get("/v1/sources/notes/migration").json().get("under_way").asBoolean());
    JsonNode ready = served.get("/v1/sources/notes/migration").json();
    assertThat(ready.at("/status/migration/state").asText())
        .as(ready.toString())
        .isEqualTo("ready");
    JsonNode cut = served.post("/v1/sources/notes/migration/cutover", "{}", all).json();
    assertThat(cut.at("/status/migration/state").asText()).isEqualTo("cut over");
    assertThat(served.post("/v1/sources/notes/migration/abort", "", all).code())
        .isEqualTo("VK-M07");
    assertThat(
            served
                .post("/v1/sources/notes/migration/rollback", "{}", all)
                .json()
                .at("/status/migration/state")
                .asText())
        .isEqualTo("rolled back");
    assertThat(served.post("/v1/sources/notes/migration/explode", "{}", all).status())
        .isEqualTo(400);
    served.post("/v1/sources/notes/migration/run", "{\"to\": \"huge\"}", all);
    await()
        .until(() -> !served.get("/v1/sources/notes/migration").json().get("stopped_by").isNull());
  }

  @Test
  void profiles_are_paused_and_schedules_enabled_and_run() {
    assertThat(served.post("/v1/profiles/small/pause", "", all).json().get("changed").asBoolean())
        .isTrue();
    assertThat(served.get("/v1/profiles").json().at("/0/paused").asText()).isNotEmpty();
    assertThat(served.post("/v1/sources/notes/queue", "{\"profile\": \"small\"}", all).code())
        .isEqualTo("VK-U01");
    assertThat(served.post("/v1/profiles/small/resume", "", all).json().get("changed").asBoolean())
        .isTrue();
    assertThat(served.post("/v1/profiles/huge/pause", "", all).status()).isEqualTo(404);
    assertThat(served.get("/v1/schedules").json().at("/0/enabled").asBoolean()).isFalse();
    assertThat(
            served.post("/v1/schedules/nightly/enable", "", all).json().get("changed").asBoolean())
        .isTrue();
    await().until(() -> !served.get("/v1/schedules").json().at("/0/next_at").isNull());
    test.sql("insert into notes values (77, 'new')");
    assertThat(served.post("/v1/schedules/nightly/run", "", all).json().get("embedded").asInt())
        .isEqualTo(2);
    assertThat(served.get("/v1/schedules/nightly/runs").json().at("/0/by_hand").asBoolean())
        .isTrue();
    assertThat(
            served.post("/v1/schedules/nightly/disable", "", all).json().get("changed").asBoolean())
        .isTrue();
    assertThat(served.get("/v1/schedules/daily/runs").code()).isEqualTo("VK-J01");
  }

  @Test
  void progress_comes_as_events_while_somebody_listens() throws Exception {
    List<String> lines = new CopyOnWriteArrayList<>();
    Thread listener =
        new Thread(
            () -> {
              try (var in =
                  java.net.URI.create(served.address() + "/v1/events").toURL().openStream()) {
                new java.io.BufferedReader(new java.io.InputStreamReader(in))
                    .lines()
                    .forEach(lines::add);
              } catch (java.io.IOException e) {
                lines.add("closed");
              }
            });
    listener.start();
    await().until(() -> lines.stream().anyMatch(line -> line.contains("notes/large")));
    assertThat(lines).anyMatch(line -> line.equals("event: schedules"));
    int before = lines.size();
    served.post("/v1/sources/notes/backfills", "{\"profile\": \"large\"}", all);
    await()
        .until(
            () ->
                lines.subList(before, lines.size()).stream()
                    .anyMatch(line -> line.contains("notes/large")));
    served.close();
    listener.join(10_000);
    assertThat(listener.isAlive()).as("the stream ends with the server").isFalse();
  }

  @Test
  void a_run_ends_when_its_caller_goes_away_and_what_it_did_not_do_still_waits() throws Exception {
    test.sql("insert into notes select i, 'gone ' || i from generate_series(1001, 3000) i");
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    small.concurrency(1);
    small.before(
        texts -> {
          asked.countDown();
          try {
            release.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    String body = "{\"limit\": 2000, \"profile\": \"small\"}";
    java.net.URI address = java.net.URI.create(served.address());
    long before = System.nanoTime();
    try (java.net.Socket caller = new java.net.Socket(address.getHost(), address.getPort())) {
      caller
          .getOutputStream()
          .write(
              ("POST /v1/sources/notes/queue HTTP/1.1\r\nHost: localhost\r\nAuthorization: "
                      + all[1]
                      + "\r\nContent-Type: application/json\r\nContent-Length: "
                      + body.length()
                      + "\r\n\r\n"
                      + body)
                  .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      asked.await();
    }
    await().until(() -> System.nanoTime() - before > 600_000_000L);
    int sent = small.requests();
    release.countDown();
    await()
        .until(
            () ->
                test.number("select count(*) from vectorkeeper.claim where token is not null")
                    == 0);
    assertThat(small.requests() - sent).as("one batch was under way").isLessThan(70);
    assertThat(served.get("/v1/sources/notes/queue").json().get("pending").asInt()).isPositive();
  }
}
