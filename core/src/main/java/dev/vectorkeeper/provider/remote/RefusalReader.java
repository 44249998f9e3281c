package dev.vectorkeeper.provider.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of a refusal in any vendor's form: {@code {error: {message, type, param, code}}},
 * {@code {error: "..."}}, {@code {message}}, {@code {detail}} as a text or a list, or no JSON.
 */
final class RefusalReader {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Set<String> words = new HashSet<>();
  private final List<String> reasons = new ArrayList<>();
  private @Nullable String parameter;
  private @Nullable Duration retryDelay;

  private RefusalReader() {}

  /**
   * Reads a refusal.
   *
   * @param clean makes one line of a vendor's reason, without secrets and texts
   */
  static Refusal read(HttpAnswer answer, UnaryOperator<String> clean) {
    JsonNode body = parse(answer.body());
    int status = answer.status();
    if (status < 300) {
      // A gateway that had begun its answer before the vendor refused.
      int inner = body.path("error").path("code").asInt();
      status = inner >= 400 && inner < 600 ? inner : 502;
    }
    RefusalReader reader = new RefusalReader();
    reader.readAny(body.isArray() ? body.path(0) : body);
    return new Refusal(
        status,
        clean.apply(reader.reasons.isEmpty() ? "no reason given" : reader.reasons.get(0)),
        reader.words,
        Optional.ofNullable(reader.parameter),
        reader.retryDelay);
  }

  private static JsonNode parse(byte[] body) {
    try {
      JsonNode node = JSON.readTree(body);
      return node == null ? JSON.missingNode() : node;
    } catch (IOException e) {
      // A page of a proxy, most likely: its text says less than the status.
      return JSON.missingNode();
    }
  }

  private void readAny(JsonNode node) {
    if (node.isTextual()) {
      reasons.add(node.asText());
      return;
    }
    readNames(node);
    for (String field : List.of("error", "message", "detail")) {
      JsonNode value = node.path(field);
      if (value.isArray()) {
        value.forEach(this::readProblem);
      } else if (!value.isMissingNode() && !value.isNull()) {
        readAny(value);
      }
    }
    node.path("details").forEach(this::readDetail);
    readMetadata(node.path("metadata"));
  }

  private void readNames(JsonNode node) {
    for (String field : List.of("type", "code", "status", "error_type", "reason")) {
      JsonNode value = node.path(field);
      if (value.isValueNode() && !value.isNull()) {
        words.add(value.asText().toLowerCase(Locale.ROOT));
      }
    }
    if (node.path("param").isTextual()) {
      parameter = node.path("param").asText();
    }
  }

  /** An entry of a list of problems, as validating servers send; its {@code input} is the text. */
  private void readProblem(JsonNode problem) {
    readNames(problem);
    JsonNode place = problem.path("loc");
    if (parameter == null && place.size() > 1) {
      parameter = place.get(1).asText();
    }
    if (problem.path("msg").isTextual()) {
      String where = parameter == null ? "" : parameter + ": ";
      reasons.add(where + problem.path("msg").asText());
    }
  }

  /** Google's details: the time to wait, and the reason's short name. */
  private void readDetail(JsonNode detail) {
    readNames(detail);
    String delay = detail.path("retryDelay").asText();
    if (delay.endsWith("s")) {
      retryDelay = ResetTime.duration(delay).orElse(null);
    }
  }

  /** OpenRouter's: what the vendor behind it said. */
  private void readMetadata(JsonNode metadata) {
    JsonNode raw = metadata.path("raw");
    if (raw.isTextual() && !reasons.isEmpty()) {
      reasons.set(0, reasons.get(0) + ": " + raw.asText());
    }
    metadata.path("reasons").forEach(reason -> words.add(reason.asText().toLowerCase(Locale.ROOT)));
  }
}
