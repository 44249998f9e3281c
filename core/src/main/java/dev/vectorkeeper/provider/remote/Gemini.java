package dev.vectorkeeper.provider.remote;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.vectorkeeper.provider.FailureKind;
import dev.vectorkeeper.provider.RequestLimits;
import dev.vectorkeeper.provider.Secret;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * Gemini: one {@code batchEmbedContents} with a request a text. Cuts too long a text without a
 * word, and its vectors below 3,072 dimensions are not of length 1.
 */
final class Gemini implements Vendor {
  private static final Pattern ENDING = Pattern.compile("(/models(/[^/]*)?|/embeddings)$");

  @Override
  public String name() {
    return "gemini";
  }

  @Override
  public VendorVariables variables() {
    return VendorVariables.of("GEMINI", "GOOGLE_API_KEY");
  }

  @Override
  public Optional<String> baseUrl() {
    return Optional.of("https://generativelanguage.googleapis.com/v1beta");
  }

  @Override
  public String path(String model) {
    return "/models/" + model + ":batchEmbedContents";
  }

  @Override
  public Pattern knownEnding() {
    return ENDING;
  }

  @Override
  public String keyHeader() {
    return "x-goog-api-key";
  }

  @Override
  public String keyHeaderValue(Secret key) {
    return key.reveal();
  }

  @Override
  public String wireModel(String model) {
    return spaceModel(model);
  }

  @Override
  public String spaceModel(String model) {
    return model.startsWith("models/") ? model.substring("models/".length()) : model;
  }

  @Override
  public OptionalInt nativeDimensions(String model) {
    return switch (spaceModel(model)) {
      case "gemini-embedding-001" -> OptionalInt.of(3_072);
      case "text-embedding-004" -> OptionalInt.of(768);
      default -> OptionalInt.empty();
    };
  }

  @Override
  public RequestLimits limits(String model) {
    return new RequestLimits(100, 204_800, 2_048);
  }

  @Override
  public List<String> tasks(String model) {
    return List.of(
        "RETRIEVAL_DOCUMENT",
        "RETRIEVAL_QUERY",
        "SEMANTIC_SIMILARITY",
        "CLASSIFICATION",
        "CLUSTERING",
        "QUESTION_ANSWERING",
        "FACT_VERIFICATION",
        "CODE_RETRIEVAL_QUERY");
  }

  @Override
  public Map<String, String> queryTasks() {
    return Map.of("RETRIEVAL_DOCUMENT", "RETRIEVAL_QUERY");
  }

  @Override
  public Truncation truncation() {
    return Truncation.ALWAYS;
  }

  @Override
  public void writeBody(JsonGenerator json, EmbeddingRequest request) throws IOException {
    json.writeArrayFieldStart("requests");
    for (String text : request.texts()) {
      json.writeStartObject();
      json.writeStringField("model", "models/" + request.model());
      json.writeObjectFieldStart("content");
      json.writeArrayFieldStart("parts");
      json.writeStartObject();
      json.writeStringField("text", text);
      json.writeEndObject();
      json.writeEndArray();
      json.writeEndObject();
      request.writeTask(json, "taskType");
      request.writeDimensions(json, "outputDimensionality");
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  @Override
  public Optional<FailureKind> kindOf(Refusal refusal) {
    // A wrong key is status 400 here, with the reason in the details.
    return refusal.says("api_key_invalid") || refusal.mentions("api key not valid")
        ? Optional.of(FailureKind.UNAUTHORISED)
        : Optional.empty();
  }
}
