package dev.vectorkeeper.app.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vectorkeeper.app.server.Contract.Endpoint;
import dev.vectorkeeper.app.server.Contract.Parameter;
import io.javalin.http.Context;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Reads requests strictly and holds them against the contract. */
final class Requests {
  /** Bytes that a body may have: 256 texts of a usual length and more. */
  static final long MOST_BYTES = 4L << 20;

  private static final int DEPTH = 32;

  /** Values that a body may have: a vector of the most dimensions, and more. */
  private static final long TOKENS = 40_000;

  private static final ObjectMapper JSON =
      JsonMapper.builder(
              com.fasterxml.jackson.core.JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(DEPTH)
                          .maxNumberLength(100)
                          .maxTokenCount(TOKENS)
                          .build())
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Requests() {}

  /**
   * A request as the contract has it.
   *
   * @throws Problem.Refused VK-H03 with every problem, VK-H09 for a body that is no JSON
   */
  static Call read(
      Context context, Endpoint endpoint, BooleanSupplier stopping, ClientWatch watch) {
    Map<String, JsonNode> parameters = parameters(context, endpoint);
    ObjectNode body = endpoint.body().isPresent() ? body(context, endpoint) : none(context);
    return new Call(
        parameters, body, context, () -> stopping.getAsBoolean() || watch.getAsBoolean());
  }

  private static Map<String, JsonNode> parameters(Context context, Endpoint endpoint) {
    Map<String, JsonNode> values = new LinkedHashMap<>();
    for (Map.Entry<String, List<String>> given : context.queryParamMap().entrySet()) {
      Parameter known = endpoint.parameters().get(given.getKey());
      if (known == null || known.inPath()) {
        throw new Problem.Refused(
            "VK-H03", "There is no parameter \"%s\" here.".formatted(given.getKey()));
      }
      if (given.getValue().size() != 1) {
        throw new Problem.Refused(
            "VK-H03", "The parameter \"%s\" is given twice.".formatted(given.getKey()));
      }
    }
    for (Map.Entry<String, Parameter> known : endpoint.parameters().entrySet()) {
      String name = known.getKey();
      Parameter parameter = known.getValue();
      String text = parameter.inPath() ? context.pathParam(name) : context.queryParam(name);
      if (text != null) {
        JsonNode value = Contract.parameter(parameter, text);
        Contract.check(parameter.schema(), value, name);
        values.put(name, value);
      } else if (parameter.otherwise() != null) {
        values.put(name, parameter.otherwise());
      }
    }
    return values;
  }

  private static ObjectNode none(Context context) {
    if (context.bodyAsBytes().length > 0 && !isEmptyObject(context)) {
      throw new Problem.Refused("VK-H03", "No body is wanted here.");
    }
    return JSON.createObjectNode();
  }

  private static boolean isEmptyObject(Context context) {
    return context.body().strip().equals("{}");
  }

  private static ObjectNode body(Context context, Endpoint endpoint) {
    Contract.Body wanted = endpoint.body().orElseThrow();
    if (context.bodyAsBytes().length == 0) {
      if (wanted.required()) {
        throw new Problem.Refused("VK-H03", "A body in JSON is needed here.");
      }
      return JSON.createObjectNode();
    }
    ObjectNode body = json(context);
    Contract.check(wanted.schema(), body, "body");
    return body;
  }

  /**
   * The body as a JSON object, whatever is in it.
   *
   * @throws Problem.Refused VK-H03 for what is no object, VK-H09 for another content type
   */
  static ObjectNode json(Context context) {
    String type = String.valueOf(context.contentType()).toLowerCase(Locale.ROOT);
    if (!type.startsWith("application/json")) {
      throw new Problem.Refused(
          "VK-H09", "The body must be JSON, with the header Content-Type: application/json.");
    }
    try {
      if (JSON.readTree(context.bodyAsBytes()) instanceof ObjectNode object) {
        return object;
      }
      throw new Problem.Refused("VK-H03", "The body must be a JSON object.");
    } catch (JsonProcessingException e) {
      throw new Problem.Refused(
          "VK-H03",
          "The body is no JSON: %s (line %d, column %d)."
              .formatted(
                  e.getOriginalMessage().lines().findFirst().orElse(""),
                  e.getLocation() == null ? 1 : e.getLocation().getLineNr(),
                  e.getLocation() == null ? 1 : e.getLocation().getColumnNr()));
    } catch (java.io.IOException e) {
      throw new Problem.Refused("VK-H03", "The body cannot be read.");
    }
  }
}
