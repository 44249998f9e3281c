package dev.vectorkeeper.provider.remote;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.vectorkeeper.provider.FailureKind;
import dev.vectorkeeper.provider.RequestLimits;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Cohere: {@code /v2/embed}, which wants a task with every request and answers numbers. */
final class Cohere implements Vendor {
  private static final Pattern ENDING = Pattern.compile("(/embed|/embeddings)$");

  @Override
  public String name() {
    return "cohere";
  }

  @Override
  public VendorVariables variables() {
    return VendorVariables.of("COHERE", "CO_API_KEY");
  }

  @Override
  public Optional<String> baseUrl() {
    return Optional.of("https://api.cohere.com/v2");
  }

  @Override
  public String path(String model) {
    return "/embed";
  }

  @Override
  public Pattern knownEnding() {
    return ENDING;
  }

  @Override
  public OptionalInt nativeDimensions(String model) {
    return switch (model) {
      case "embed-v4.0" -> OptionalInt.of(1_536);
      case "embed-english-v3.0", "embed-multilingual-v3.0" -> OptionalInt.of(1_024);
      case "embed-english-light-v3.0", "embed-multilingual-light-v3.0" -> OptionalInt.of(384);
      default -> OptionalInt.empty();
    };
  }

  @Override
  public RequestLimits limits(String model) {
    return model.startsWith("embed-v4")
        ? new RequestLimits(96, 128_000, 128_000)
        : new RequestLimits(96, 49_152, 512);
  }

  @Override
  public List<String> tasks(String model) {
    return List.of("search_document", "search_query", "classification", "clustering");
  }

  @Override
  public Optional<String> requiredTask(String model, boolean query) {
    return Optional.of(query ? "search_query" : "search_document");
  }

  @Override
  public Map<String, String> queryTasks() {
    return Map.of("search_document", "search_query");
  }

  @Override
  public Truncation truncation() {
    return Truncation.AS_ASKED;
  }

  @Override
  public void writeBody(JsonGenerator json, EmbeddingRequest request) throws IOException {
    json.writeStringField("model", request.model());
    request.writeTask(json, "input_type");
    request.writeTexts(json, "texts");
    request.writeDimensions(json, "output_dimension");
    json.writeArrayFieldStart("embedding_types");
    json.writeString("float");
    json.writeEndArray();
    json.writeStringField("truncate", request.truncate() ? "END" : "NONE");
  }

  @Override
  public Optional<FailureKind> kindOf(Refusal refusal) {
    // A trial key that has used up its month is told so with 429.
    return refusal.status() == 429 && refusal.mentions("/ month", "per month")
        ? Optional.of(FailureKind.QUOTA_EXHAUSTED)
        : Optional.empty();
  }
}
