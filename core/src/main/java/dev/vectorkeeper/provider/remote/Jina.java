package dev.vectorkeeper.provider.remote;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.vectorkeeper.provider.RequestLimits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Jina: OpenAI's shape with a task, truncation that is off by default, and base64. */
final class Jina implements Vendor {
  private static final String V4 = "jina-embeddings-v4";

  @Override
  public String name() {
    return "jina";
  }

  @Override
  public VendorVariables variables() {
    return VendorVariables.of("JINA");
  }

  @Override
  public Optional<String> baseUrl() {
    return Optional.of("https://api.jina.ai/v1");
  }

  @Override
  public OptionalInt nativeDimensions(String model) {
    return switch (model) {
      case "jina-embeddings-v3" -> OptionalInt.of(1_024);
      case V4 -> OptionalInt.of(2_048);
      case "jina-embeddings-v2-small-en" -> OptionalInt.of(512);
      case "jina-embeddings-v2-base-en",
          "jina-embeddings-v2-base-de",
          "jina-embeddings-v2-base-code" ->
          OptionalInt.of(768);
      default -> OptionalInt.empty();
    };
  }

  @Override
  public RequestLimits limits(String model) {
    return model.equals(V4)
        ? new RequestLimits(512, 200_000, 32_768)
        : new RequestLimits(2_048, 200_000, 8_192);
  }

  @Override
  public List<String> tasks(String model) {
    List<String> tasks = new ArrayList<>(List.of("retrieval.passage", "retrieval.query"));
    tasks.add("text-matching");
    if (model.equals(V4)) {
      tasks.addAll(List.of("code.passage", "code.query"));
    } else {
      tasks.addAll(List.of("classification", "separation"));
    }
    return List.copyOf(tasks);
  }

  @Override
  public Map<String, String> queryTasks() {
    return Map.of("retrieval.passage", "retrieval.query", "code.passage", "code.query");
  }

  @Override
  public Truncation truncation() {
    return Truncation.AS_ASKED;
  }

  @Override
  public void writeBody(JsonGenerator json, EmbeddingRequest request) throws IOException {
    json.writeStringField("model", request.model());
    request.writeTexts(json, "input");
    request.writeTask(json, "task");
    request.writeDimensions(json, "dimensions");
    json.writeStringField("embedding_type", "base64");
    json.writeBooleanField("truncate", request.truncate());
    if (request.model().equals("jina-embeddings-v3")) {
      json.writeBooleanField("normalized", request.normalise());
    }
  }
}
