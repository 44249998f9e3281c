package dev.vectorkeeper.provider.remote;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.vectorkeeper.provider.FailureKind;
import dev.vectorkeeper.provider.RequestLimits;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Mistral: OpenAI's shape, but a field that it does not know is refused; code 3210 means that the
 * request holds too many tokens.
 */
final class Mistral implements Vendor {

  @Override
  public String name() {
    return "mistral";
  }

  @Override
  public VendorVariables variables() {
    return VendorVariables.of("MISTRAL");
  }

  @Override
  public Optional<String> baseUrl() {
    return Optional.of("https://api.mistral.ai/v1");
  }

  @Override
  public OptionalInt nativeDimensions(String model) {
    return switch (model) {
      case "mistral-embed" -> OptionalInt.of(1_024);
      case "codestral-embed", "codestral-embed-2505" -> OptionalInt.of(1_536);
      default -> OptionalInt.empty();
    };
  }

  @Override
  public RequestLimits limits(String model) {
    return new RequestLimits(512, 16_384, 8_192);
  }

  @Override
  public void writeBody(JsonGenerator json, EmbeddingRequest request) throws IOException {
    json.writeStringField("model", request.model());
    request.writeTexts(json, "input");
    request.writeDimensions(json, "output_dimension");
    json.writeStringField("encoding_format", "base64");
  }

  @Override
  public Optional<FailureKind> kindOf(Refusal refusal) {
    return refusal.says("3210") ? Optional.of(FailureKind.INPUT_TOO_LARGE) : Optional.empty();
  }
}
