package dev.vectorkeeper.app.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.vectorkeeper.access.Scope;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The OpenAPI document, which is the one place that says what endpoints there are, who may call
 * them and what a request may hold; requests are held against its schemas.
 */
final class Contract {
  private static final String RESOURCE = "openapi.yaml";

  /** So many are told; who sends more has other worries. */
  private static final int MOST_PROBLEMS = 20;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final SchemaRegistry SCHEMAS =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  /**
   * One method of one path.
   *
   * @param id the operation's name
   * @param method in upper case
   * @param path with parameters in braces
   * @param scope what the caller must be allowed; nothing where anybody may call
   * @param parameters those of path and query by name
   * @param body what the body must be, where there may be one
   */
  record Endpoint(
      String id,
      String method,
      String path,
      Optional<Scope> scope,
      Map<String, Parameter> parameters,
      Optional<Body> body) {}

  /**
   * A parameter.
   *
   * @param inPath whether it is a part of the path
   * @param type its JSON type
   * @param schema what it must be
   * @param otherwise its value where it is left out
   */
  record Parameter(boolean inPath, String type, Schema schema, @Nullable JsonNode otherwise) {}

  /**
   * A body.
   *
   * @param required whether there must be one
   * @param schema what it must be
   */
  record Body(boolean required, Schema schema) {}

  private final ObjectNode document;
  private final Map<String, Endpoint> endpoints = new LinkedHashMap<>();

  private Contract(ObjectNode document) {
    this.document = document;
    document
        .get("paths")
        .properties()
        .forEach(path -> read(path.getKey(), (ObjectNode) path.getValue()));
  }

  /** Reads the document. */
  static Contract load() {
    try (InputStream in = Objects.requireNonNull(Contract.class.getResourceAsStream(RESOURCE))) {
      Object read = new Load(LoadSettings.builder().build()).loadFromInputStream(in);
      return new Contract(JSON.convertValue(read, ObjectNode.class));
    } catch (IOException e) {
      throw new IllegalStateException("the API's document cannot be read", e);
    }
  }

  ObjectNode document() {
    return document;
  }

  List<Endpoint> endpoints() {
    return List.copyOf(endpoints.values());
  }

  private void read(String path, ObjectNode item) {
    for (String method : List.of("get", "post", "delete", "put", "patch")) {
      JsonNode operation = item.get(method);
      if (operation != null) {
        Map<String, Parameter> parameters = new LinkedHashMap<>();
        for (JsonNode from : List.of(item.path("parameters"), operation.path("parameters"))) {
          from.forEach(parameter -> read(resolve(parameter), parameters));
        }
        String id = operation.get("operationId").asText();
        endpoints.put(
            id,
            new Endpoint(
                id,
                method.toUpperCase(java.util.Locale.ROOT),
                path,
                Optional.of(operation.at("/security/0/token/0").asText()).flatMap(Scope::named),
                parameters,
                Optional.ofNullable(operation.get("requestBody")).map(this::body)));
      }
    }
  }

  private void read(JsonNode parameter, Map<String, Parameter> into) {
    JsonNode schema = parameter.get("schema");
    JsonNode resolved = resolve(schema);
    into.put(
        parameter.get("name").asText(),
        new Parameter(
            parameter.get("in").asText().equals("path"),
            resolved.path("type").asText("string"),
            schema(schema),
            resolved.get("default")));
  }

  private Body body(JsonNode body) {
    return new Body(
        body.path("required").asBoolean(false),
        schema(body.at("/content/application~1json/schema")));
  }

  private JsonNode resolve(JsonNode node) {
    JsonNode reference = node.get("$ref");
    return reference == null ? node : document.at(reference.asText().substring(1));
  }

  /** A part of the document as a schema of its own that knows the document's components. */
  private Schema schema(JsonNode part) {
    ObjectNode whole = JSON.createObjectNode();
    whole.set("components", document.get("components"));
    whole.putArray("allOf").add(part);
    return SCHEMAS.getSchema(whole);
  }

  /**
   * Checks a value against a schema.
   *
   * @param what the value's name in messages
   * @throws Problem.Refused VK-H03 with every problem
   */
  static void check(Schema schema, JsonNode value, String what) {
    List<String> problems = new ArrayList<>();
    for (Error error : schema.validate(value)) {
      if (problems.size() < MOST_PROBLEMS) {
        problems.add(
            "%s%s: %s"
                .formatted(
                    what,
                    String.valueOf(error.getInstanceLocation()).replaceFirst("^\\$", ""),
                    error.getMessage()));
      }
    }
    Values.check(value, what, problems);
    if (!problems.isEmpty()) {
      throw new Problem.Refused(
          "VK-H03",
          problems.size() == 1
              ? "The request has a problem: " + problems.get(0)
              : "The request has %d problems; the first is: %s"
                  .formatted(problems.size(), problems.get(0)),
          problems);
    }
  }

  /** Checks a body against that of an operation. */
  void check(String operation, JsonNode body) {
    check(
        Objects.requireNonNull(endpoints.get(operation)).body().orElseThrow().schema(),
        body,
        "body");
  }

  /**
   * Checks that every text can be kept.
   *
   * @throws Problem.Refused VK-H03 with every problem
   */
  static void checkTexts(JsonNode value, String what) {
    List<String> problems = new ArrayList<>();
    Values.check(value, what, problems);
    if (!problems.isEmpty()) {
      throw new Problem.Refused(
          "VK-H03", "The request has a problem: " + problems.get(0), problems);
    }
  }

  /** A parameter's text as the JSON that its type says; texts that are none stay texts. */
  static JsonNode parameter(Parameter parameter, String text) {
    try {
      return switch (parameter.type()) {
        case "integer" -> JsonNodeFactory.instance.numberNode(Long.parseLong(text));
        case "number" -> JsonNodeFactory.instance.numberNode(Double.parseDouble(text));
        case "boolean" ->
            text.equals("true") || text.equals("false")
                ? JsonNodeFactory.instance.booleanNode(text.equals("true"))
                : JsonNodeFactory.instance.textNode(text);
        default -> JsonNodeFactory.instance.textNode(text);
      };
    } catch (NumberFormatException e) {
      return JsonNodeFactory.instance.textNode(text);
    }
  }
}
