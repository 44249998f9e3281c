package dev.vectorkeeper.app.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.access.Scope;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Who may call what, and requests that are wrong: each a clear answer, and the process unharmed.
 */
class AccessPgTest {
  private static final String YAML =
      """
      profiles:
        small: {provider: application, model: small, dimensions: 8}
      sources:
        notes: {table: notes, text: body, collections: [small], sync: scheduled}
      server: {port: 0%s}
      """;

  private TestDatabase test;
  private Served served;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql(
        "create table notes (id int primary key, body text)",
        "insert into notes values (1, 'a cat')");
    serve("");
  }

  private void serve(String settings) {
    served =
        Served.of(
            test, YAML.formatted(settings), Map.of(), Map.of("small", new ScriptedProvider(8, 16)));
  }

  @AfterEach
  void close() {
    served.close();
    test.close();
  }

  private static String[] bearer(String token) {
    return new String[] {"Authorization", "Bearer " + token};
  }

  @Test
  void each_scope_opens_its_own_endpoints_and_no_others() {
    String reader = served.token("reader", EnumSet.of(Scope.READ));
    String searcher = served.token("searcher", EnumSet.of(Scope.SEARCH));
    String operator = served.token("operator", EnumSet.of(Scope.OPERATE));
    assertThat(served.get("/v1/status", bearer(reader)).status()).isEqualTo(200);
    assertThat(served.get("/v1/status", bearer(searcher)).status()).isEqualTo(403);
    assertThat(served.post("/v1/sources/notes/queue", "{}", bearer(operator)).status())
        .isEqualTo(200);
    Served.Answer refused = served.post("/v1/sources/notes/queue", "{}", bearer(reader));
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.json().get("detail").asText()).contains("reader").contains("operate");
    assertThat(
            served
                .post("/v1/sources/notes/search", "{\"text\": \"cat\"}", bearer(searcher))
                .status())
        .isEqualTo(200);
    assertThat(
            served
                .post("/v1/sources/notes/search", "{\"text\": \"cat\"}", bearer(operator))
                .status())
        .isEqualTo(403);
    assertThat(test.number("select count(*) from vectorkeeper.token where used_at is not null"))
        .isEqualTo(3);
  }

  @Test
  void without_a_token_one_may_read_on_loopback_unless_that_is_turned_off() {
    assertThat(served.get("/v1/status").status()).isEqualTo(200);
    Served.Answer refused = served.post("/v1/sources/notes/queue", "{}");
    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.response().headers().firstValue("WWW-Authenticate")).isPresent();
    served.close();
    serve(", open-reads: false");
    assertThat(served.get("/v1/status").code()).isEqualTo("VK-H04");
    assertThat(served.get("/healthz").status()).isEqualTo(200);
    served.close();
    serve(", authentication: off");
    assertThat(served.post("/v1/sources/notes/queue", "{}").status()).isEqualTo(200);
  }

  @Test
  void guesses_are_held_off_after_a_few_and_are_not_logged() {
    for (int i = 0; i < 10; i++) {
      assertThat(served.get("/v1/status", bearer("vk_guess" + i)).status()).isEqualTo(401);
    }
    Served.Answer held = served.get("/v1/status");
    assertThat(held.status()).isEqualTo(429);
    assertThat(held.response().headers().firstValue("Retry-After")).contains("60");
    assertThat(held.body()).doesNotContain("guess");
  }

  @Test
  void browsers_of_other_pages_are_refused_and_every_answer_tells_them_to_be_careful()
      throws Exception {
    assertThat(served.get("/v1/status", "Origin", "https://example.org").status()).isEqualTo(403);
    assertThat(served.get("/v1/status", "Origin", served.address()).status()).isEqualTo(200);
    assertThat(raw("GET /v1/status HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 403");
    Served.Answer answer = served.get("/v1/status");
    Map<String, List<String>> headers = answer.response().headers().map();
    assertThat(headers)
        .containsKeys("x-content-type-options", "x-frame-options", "content-security-policy")
        .doesNotContainKeys("access-control-allow-origin", "server");
    assertThat(headers.get("x-request-id").get(0)).hasSize(36);
    assertThat(
            served
                .get("/v1/status", "X-Request-Id", "mine-1")
                .response()
                .headers()
                .firstValue("X-Request-Id"))
        .contains("mine-1");
  }

  @Test
  void bad_requests_are_told_what_is_wrong_with_them() throws Exception {
    String[] all = bearer(served.token());
    record Wrong(String body, String code, String said) {}
    for (Wrong wrong :
        List.of(
            new Wrong("{", "VK-H03", "no JSON"),
            new Wrong("[]", "VK-H03", "object"),
            new Wrong("{} {}", "VK-H03", "no JSON"),
            new Wrong("{\"limit\": 1, \"limit\": 2}", "VK-H03", "uplicate"),
            new Wrong("{\"limits\": 1}", "VK-H03", "limits"),
            new Wrong("{\"limit\": \"ten\"}", "VK-H03", "limit"),
            new Wrong("{\"limit\": 0}", "VK-H03", "limit"),
            new Wrong("{\"limit\": 100001}", "VK-H03", "100000"),
            new Wrong("{\"limit\": 1.5}", "VK-H03", "limit"),
            new Wrong("{\"profile\": \"a\\u0000b\"}", "VK-H03", "character"),
            new Wrong("{\"profile\": \"'; drop table notes; --\"}", "VK-B02", "drop table"),
            new Wrong(
                "{\"profile\": " + "[".repeat(50) + "]".repeat(50) + "}", "VK-H03", "depth"))) {
      Served.Answer answer = served.post("/v1/sources/notes/queue", wrong.body(), all);
      assertThat(answer.code()).as(wrong.body() + answer.body()).isEqualTo(wrong.code());
      assertThat(answer.json().get("detail").asText()).contains(wrong.said());
      assertThat(answer.status()).isBetween(400, 499);
    }
    assertThat(
            served
                .send(
                    served
                        .request("/v1/sources/notes/queue", all)
                        .header("Content-Type", "text/plain")
                        .POST(BodyPublishers.ofString("{}"))
                        .build())
                .code())
        .isEqualTo("VK-H09");
    assertThat(
            served
                .post(
                    "/v1/sources/notes/search", "{\"text\": \"" + "x".repeat(5 << 20) + "\"}", all)
                .code())
        .isEqualTo("VK-H08");
    Served.Answer many =
        served.post(
            "/v1/sources/notes/search", "{\"vector\": [" + "{},".repeat(15_000) + "{}]}", all);
    assertThat(many.status()).isEqualTo(400);
    assertThat(many.body()).hasSizeLessThan(20_000);
    assertThat(
            served
                .post(
                    "/v1/sources/notes/search",
                    "{\"vector\": [" + "0,".repeat(300_000) + "0]}",
                    all)
                .code())
        .isEqualTo("VK-H03");
    assertThat(served.get("/v1/nothing").code()).isEqualTo("VK-H05");
    assertThat(served.get("/v1/sources/..%2f..%2fetc").status()).isIn(400, 404);
    assertThat(
            served
                .send(
                    served.request("/v1/status").method("DELETE", BodyPublishers.noBody()).build())
                .code())
        .isEqualTo("VK-H07");
    assertThat(served.get("/v1/sources/notes'--/queue").code()).isEqualTo("VK-S01");
    assertThat(test.number("select count(*) from notes")).isEqualTo(1);
  }

  @Test
  void a_caller_that_sends_nothing_or_garbage_hurts_nobody() throws Exception {
    try (Socket silent = socket()) {
      silent
          .getOutputStream()
          .write("POST /v1/sources/notes/queue HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(raw("GARBAGE\r\n\r\n")).startsWith("HTTP/1.1 400");
      assertThat(raw("GET /" + "x".repeat(40_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
          .startsWith("HTTP/1.1 4");
      assertThat(served.get("/v1/status").status()).isEqualTo(200);
    }
  }

  @Test
  void a_small_body_that_comes_in_pieces_is_taken() throws Exception {
    try (Socket slow = socket()) {
      String head =
          "POST /v1/sources/notes/queue HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{";
      slow.getOutputStream()
          .write(head.formatted(served.token()).getBytes(StandardCharsets.US_ASCII));
      await().pollDelay(Duration.ofMillis(300)).until(() -> true);
      slow.getOutputStream().write('}');
      assertThat(new String(slow.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 200");
    }
  }

  private Socket socket() throws IOException {
    URI address = URI.create(served.address());
    return new Socket(address.getHost(), address.getPort());
  }

  private String raw(String request) throws IOException {
    try (Socket socket = socket()) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
