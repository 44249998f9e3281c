package dev.vectorkeeper.provider.remote;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.vectorkeeper.provider.TextSide;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What each provider sends and what the strict server answers, against what the vendor publishes.
 * The schemas hold the facts of a vendor's document; their comments name it and its version.
 */
@ParameterizedClass(name = "{0}")
@MethodSource("vendors")
class OpenApiContractTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final SchemaRegistry SCHEMAS =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final List<List<String>> TEXTS =
      List.of(List.of("fox"), List.of("a slow red fox", "Zürich – 東京 🎈 \"quoted\"\n\\"));

  @Parameter String vendor;

  private StrictVendorServer server;
  private JsonNode document;

  static List<String> vendors() {
    return Vendors.names();
  }

  @BeforeEach
  void start() throws IOException {
    server = StrictVendorServer.start(vendor, 16);
    // Nobody publishes the servers of OpenAI's shape; the shape is OpenAI's.
    String name = vendor.equals("openai-compatible") ? "openai" : vendor;
    try (InputStream file = getClass().getResourceAsStream("openapi/" + name + ".json")) {
      document = JSON.readTree(file);
    }
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** Every kind of request that there is, as the server received it. */
  private List<ReceivedRequest> requests() {
    List<String> tasks = new ArrayList<>(Vendors.named(vendor).tasks(server.model()));
    if (tasks.isEmpty()) {
      tasks.add("a-task");
    }
    tasks.add(null);
    for (String task : tasks) {
      for (boolean named : List.of(false, true)) {
        embed(settings(task, named));
      }
    }
    embed(settings(null, false).truncate(Truncate.END).normalise(false));
    return server.requests();
  }

  private RemoteSettingsBuilder settings(String task, boolean namesDimensions) {
    return server.settings().task(task).namesDimensions(namesDimensions);
  }

  private static void embed(RemoteSettingsBuilder settings) {
    try (RemoteProvider provider = RemoteProvider.open(settings.build())) {
      for (TextSide side : TextSide.values()) {
        TEXTS.forEach(texts -> provider.embed(texts, side));
      }
    }
  }

  private JsonNode anyRequest() {
    embed(settings(null, true));
    return server.requests().get(0).body();
  }

  private JsonNode answerTo(ReceivedRequest request) throws IOException, InterruptedException {
    VendorRules rules = VendorRules.of(vendor);
    return ask(
        HttpRequest.newBuilder(address(request.target()))
            .header("content-type", "application/json")
            .header(rules.keyHeader(), rules.keyValue(StrictVendorServer.KEY))
            .POST(BodyPublishers.ofString(request.body().toString())));
  }

  private URI address(String target) {
    return URI.create("http://127.0.0.1:" + server.port() + target);
  }

  private static JsonNode ask(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> answer = CLIENT.send(request.build(), BodyHandlers.ofByteArray());
    assertThat(answer.statusCode()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private List<Error> errors(String part, JsonNode body) {
    ObjectNode root = document.deepCopy();
    close(root);
    root.put("$ref", "#/$defs/" + part);
    Schema schema = SCHEMAS.getSchema(root);
    return schema.validate(body);
  }

  /** What a document does not name is not to be relied on, even where it does not forbid it. */
  private static void close(JsonNode schema) {
    if (schema.path("properties").isObject() && !schema.has("additionalProperties")) {
      ((ObjectNode) schema).put("additionalProperties", false);
    }
    schema.forEach(OpenApiContractTest::close);
  }

  private void assertAsDocumented(String part, JsonNode body) {
    assertThat(errors(part, body)).as("%s %s", part, body).isEmpty();
  }

  private void assertRefused(String part, JsonNode body) {
    assertThat(errors(part, body)).as("%s %s", part, body).isNotEmpty();
  }

  private List<String> needed(String part) {
    List<String> names = new ArrayList<>();
    document.at("/$defs/" + part + "/required").forEach(name -> names.add(name.asText()));
    return names;
  }

  /** The body without each needed field, and with null in the place of each field. */
  private List<JsonNode> spoilt(String part, JsonNode body) {
    List<JsonNode> bodies = new ArrayList<>();
    if (body instanceof ArrayNode) {
      bodies.add(((ArrayNode) body.deepCopy()).addNull());
      bodies.add(JSON.createObjectNode());
      return bodies;
    }
    for (String name : needed(part)) {
      bodies.add(((ObjectNode) body.deepCopy()).without(name));
    }
    List<String> fields = new ArrayList<>(needed(part));
    if (fields.isEmpty()) {
      body.fieldNames().forEachRemaining(fields::add);
    }
    for (String name : fields) {
      bodies.add(((ObjectNode) body.deepCopy()).putNull(name));
    }
    bodies.add(((ObjectNode) body.deepCopy()).put("not_of_any_vendor", 1));
    return bodies;
  }

  @Test
  void requests_are_as_the_vendor_documents_them() {
    List<ReceivedRequest> requests = requests();
    assertThat(requests).hasSizeGreaterThanOrEqualTo(20);
    for (ReceivedRequest request : requests) {
      assertAsDocumented("request", request.body());
    }
  }

  @Test
  void answers_of_the_strict_server_are_as_the_vendor_documents_them() throws Exception {
    for (ReceivedRequest request : List.copyOf(requests())) {
      assertAsDocumented("answer", answerTo(request));
    }
  }

  @Test
  void the_limits_that_a_server_tells_are_as_documented() throws Exception {
    if (document.at("/$defs").has("info")) {
      JsonNode info = ask(HttpRequest.newBuilder(address("/info")));
      assertAsDocumented("info", info);
      spoilt("info", info).forEach(body -> assertRefused("info", body));
    }
  }

  @Test
  void a_request_that_lacks_what_it_needs_is_refused() {
    JsonNode request = anyRequest();
    assertThat(needed("request")).isNotEmpty();
    spoilt("request", request).forEach(body -> assertRefused("request", body));
  }

  @Test
  void an_answer_that_lacks_what_it_needs_is_refused() throws Exception {
    anyRequest();
    JsonNode answer = answerTo(server.requests().get(0));
    spoilt("answer", answer).forEach(body -> assertRefused("answer", body));
  }

  @Test
  void a_document_says_where_it_was_read() {
    assertThat(document.path("$comment").asText()).containsPattern("at [0-9a-f]{40}");
  }
}
