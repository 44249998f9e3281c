package dev.vectorkeeper.app.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.TestDatabase;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Requests made up from the document, right ones and wrong ones: none may find a fault of ours. */
class FuzzPgTest {
  private static final boolean FULL = "full".equals(System.getProperty("vectorkeeper.size"));
  private static final int REQUESTS = FULL ? 10_000 : 1_000;
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** What callers send who mean no good, or do not look. */
  private static final List<String> NASTY =
      List.of(
          "'; drop table notes; --",
          "\" or 1=1",
          "$1",
          ":name",
          "{0}",
          "%s%n",
          "../../etc/passwd",
          "\u0000",
          "a\ud800b",
          "\u202e",
          "😀",
          "",
          " ",
          "null",
          "NaN",
          "\\",
          "<script>alert(1)</script>",
          "x".repeat(3_000));

  private final Random random = new Random(20_261_122);
  private final Contract contract = Contract.load();

  @Test
  void no_request_made_from_the_document_is_answered_with_an_error_of_ours() {
    try (TestDatabase test = TestDatabase.create()) {
      test.sql(
          "create table notes (id int primary key, body text, at timestamptz, tags text[], more jsonb)",
          "insert into notes select i, 'note ' || i from generate_series(1, 30) i");
      try (Served served =
          Served.of(
              test,
              """
              profiles:
                small: {provider: application, model: small, dimensions: 8}
                large: {provider: application, model: large, dimensions: 12}
              sources:
                notes: {table: notes, text: body, collections: [small, large], sync: scheduled}
              schedules:
                nightly: {cron: "0 3 * * *", operation: sync, source: notes}
              server: {port: 0}
              """,
              Map.of(),
              Map.of(
                  "small", new ScriptedProvider(8, 16),
                  "large", new ScriptedProvider(12, 16, "large")))) {
        served.awaitReady(2);
        String token = served.token();
        Map<Integer, Integer> statuses = new TreeMap<>();
        for (int i = 0; i < REQUESTS; i++) {
          Served.Answer answer = ask(served, token);
          statuses.merge(answer.status(), 1, Integer::sum);
          assertThat(answer.status())
              .as(answer.response().request() + " " + answer.body())
              .isNotEqualTo(500);
        }
        System.out.println("statuses of " + REQUESTS + " requests: " + statuses);
        assertThat(statuses.keySet()).contains(200, 400, 404);
        assertThat(served.get("/readyz").status()).isEqualTo(200);
        assertThat(test.number("select count(*) from notes")).isEqualTo(30);
      }
    }
  }

  private Served.Answer ask(Served served, String token) {
    List<Contract.Endpoint> endpoints = contract.endpoints();
    Contract.Endpoint endpoint = endpoints.get(random.nextInt(endpoints.size()));
    JsonNode operation =
        contract
            .document()
            .get("paths")
            .get(endpoint.path())
            .get(endpoint.method().toLowerCase(java.util.Locale.ROOT));
    StringBuilder path = new StringBuilder(endpoint.path());
    List<String> query = new ArrayList<>();
    endpoint
        .parameters()
        .forEach(
            (name, parameter) -> {
              String value = encoded(parameterValue(name));
              if (parameter.inPath()) {
                int at = path.indexOf("{" + name + "}");
                path.replace(at, at + name.length() + 2, value);
              } else if (random.nextBoolean()) {
                query.add(name + "=" + value);
              }
            });
    if (random.nextInt(20) == 0 || endpoint.id().equals("getEvents")) {
      query.add("unknown=" + encoded(nasty()));
    }
    JsonNode schema =
        operation.path("requestBody").path("content").path("application/json").path("schema");
    String body = schema.isMissingNode() ? "" : made(schema, 0).toString();
    if (random.nextInt(15) == 0) {
      body = body.isEmpty() ? nasty() : body.substring(0, random.nextInt(body.length() + 1));
    }
    String[] headers =
        random.nextInt(10) == 0 ? new String[0] : new String[] {"Authorization", "Bearer " + token};
    var request =
        served
            .request(path + (query.isEmpty() ? "" : "?" + String.join("&", query)), headers)
            .header("Content-Type", random.nextInt(20) == 0 ? "text/html" : "application/json");
    return served.send(
        endpoint.method().equals("GET")
            ? request.GET().build()
            : request.method(endpoint.method(), BodyPublishers.ofString(body)).build());
  }

  private static String encoded(String text) {
    String encoded = URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    return encoded.isEmpty() ? "%20" : encoded;
  }

  private String nasty() {
    return NASTY.get(random.nextInt(NASTY.size()));
  }

  private String parameterValue(String name) {
    if (random.nextInt(4) == 0) {
      return nasty();
    }
    return switch (name) {
      case "source" -> "notes";
      case "profile" -> random.nextBoolean() ? "small" : "large";
      case "schedule" -> "nightly";
      case "step" -> List.of("cutover", "rollback", "abort", "retire").get(random.nextInt(4));
      default -> Integer.toString(random.nextInt(50));
    };
  }

  private JsonNode resolved(JsonNode schema) {
    return schema.has("$ref")
        ? contract.document().at(schema.get("$ref").asText().substring(1))
        : schema;
  }

  /** A value that mostly fits. */
  private JsonNode made(JsonNode given, int depth) {
    JsonNode schema = resolved(given);
    if (random.nextInt(12) == 0) {
      return wrong(depth);
    }
    if (schema.has("enum")) {
      return schema.get("enum").get(random.nextInt(schema.get("enum").size()));
    }
    if (schema.has("const")) {
      return schema.get("const");
    }
    if (!schema.has("type") && schema.has("oneOf")) {
      return made(schema.get("oneOf").get(random.nextInt(schema.get("oneOf").size())), depth);
    }
    return switch (schema.path("type").asText()) {
      case "object" -> object(schema, depth);
      case "array" -> {
        var array = JSON.arrayNode();
        int size = Math.max(schema.path("minItems").asInt(0), random.nextInt(10));
        for (int i = 0; i < size && schema.has("items"); i++) {
          array.add(made(schema.get("items"), depth + 1));
        }
        yield array;
      }
      case "integer" ->
          JSON.numberNode(
              random.nextInt(6) == 0
                  ? random.nextLong()
                  : schema.path("minimum").asLong(0) + random.nextInt(20));
      case "number" ->
          JSON.numberNode(
              random.nextInt(6) == 0
                  ? Double.longBitsToDouble(random.nextLong() & ~(0x7ffL << 52) | 0x7feL << 52)
                  : random.nextDouble());
      case "boolean" -> JSON.booleanNode(random.nextBoolean());
      default ->
          JSON.textNode(
              random.nextInt(4) == 0
                  ? nasty()
                  : List.of("small", "large", "active:notes", "note 3", "VK-P08")
                      .get(random.nextInt(5)));
    };
  }

  private ObjectNode object(JsonNode schema, int depth) {
    ObjectNode object = JSON.objectNode();
    List<String> chosen = new ArrayList<>();
    schema.path("required").forEach(name -> chosen.add(name.asText()));
    JsonNode alternatives = schema.path("oneOf");
    if (alternatives.isArray()) {
      alternatives
          .get(random.nextInt(alternatives.size()))
          .path("required")
          .forEach(name -> chosen.add(name.asText()));
    }
    schema
        .path("properties")
        .properties()
        .forEach(
            property -> {
              boolean alternative =
                  alternatives.toString().contains("\"" + property.getKey() + "\"");
              if (chosen.contains(property.getKey())
                  || random.nextInt(3) == 0 && (!alternative || random.nextInt(10) == 0)) {
                object.set(property.getKey(), made(property.getValue(), depth + 1));
              }
            });
    if (!schema.has("properties")) {
      for (String column : List.of("id", "body", "at", "tags", "more", "none", nasty())) {
        if (random.nextInt(3) == 0) {
          object.set(column, random.nextBoolean() ? JSON.textNode("note 3") : wrong(depth));
        }
      }
    }
    if (random.nextInt(25) == 0) {
      object.set(nasty(), wrong(depth));
    }
    return object;
  }

  private JsonNode wrong(int depth) {
    return switch (random.nextInt(8)) {
      case 0 -> JSON.nullNode();
      case 1 -> JSON.textNode(nasty());
      case 2 -> JSON.numberNode(random.nextLong());
      case 3 -> JSON.numberNode(-1);
      case 4 -> JSON.booleanNode(random.nextBoolean());
      case 5 -> JSON.arrayNode().add(JSON.textNode(nasty())).add(JSON.nullNode());
      case 6 -> JSON.objectNode().put(nasty(), 1);
      default -> depth > 4 ? JSON.nullNode() : JSON.arrayNode().add(wrong(depth + 1));
    };
  }
}
