package dev.vectorkeeper.provider.remote;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.vectorkeeper.provider.RequestLimits;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Voyage: OpenAI's shape with {@code input_type}; cuts too long a text unless it is told not to.
 */
final class Voyage implements Vendor {

  @Override
  public String name() {
    return "voyage";
  }

  @Override
  public VendorVariables variables() {
    return VendorVariables.of("VOYAGE");
  }

  @Override
  public Optional<String> baseUrl() {
    return Optional.of("https://api.voyageai.com/v1");
  }

  @Override
  public OptionalInt nativeDimensions(String model) {
    return switch (model) {
      case "voyage-3-large",
          "voyage-3.5",
          "voyage-3.5-lite",
          "voyage-3",
          "voyage-code-3",
          "voyage-finance-2",
          "voyage-law-2" ->
          OptionalInt.of(1_024);
      case "voyage-3-lite" -> OptionalInt.of(512);
      default -> OptionalInt.empty();
    };
  }

  @Override
  public RequestLimits limits(String model) {
    int tokens =
        switch (model) {
          case "voyage-3.5-lite", "voyage-3-lite" -> 1_000_000;
          case "voyage-3.5", "voyage-3" -> 320_000;
          default -> 120_000;
        };
    return new RequestLimits(1_000, tokens, model.equals("voyage-law-2") ? 16_000 : 32_000);
  }

  @Override
  public List<String> tasks(String model) {
    return List.of("document", "query");
  }

  @Override
  public Map<String, String> queryTasks() {
    return Map.of("document", "query");
  }

  @Override
  public Truncation truncation() {
    return Truncation.AS_ASKED;
  }

  @Override
  public void writeBody(JsonGenerator json, EmbeddingRequest request) throws IOException {
    json.writeStringField("model", request.model());
    request.writeTexts(json, "input");
    request.writeTask(json, "input_type");
    request.writeDimensions(json, "output_dimension");
    json.writeStringField("encoding_format", "base64");
    json.writeBooleanField("truncation", request.truncate());
  }
}
