package dev.vectorkeeper.provider.remote;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.vectorkeeper.provider.FailureKind;
import dev.vectorkeeper.provider.RequestLimits;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;

/** OpenAI: {@code /v1/embeddings}, strings in, base64 out. Knows no task. */
final class OpenAi implements Vendor {
  /** The start of a model's name where a router serves it. */
  static final String ROUTE = "openai/";

  @Override
  public String name() {
    return "openai";
  }

  @Override
  public VendorVariables variables() {
    return VendorVariables.of("OPENAI");
  }

  @Override
  public Optional<String> baseUrl() {
    return Optional.of("https://api.openai.com/v1");
  }

  @Override
  public String wireModel(String model) {
    return spaceModel(model);
  }

  @Override
  public String spaceModel(String model) {
    return model.startsWith(ROUTE) ? model.substring(ROUTE.length()) : model;
  }

  @Override
  public OptionalInt nativeDimensions(String model) {
    return switch (spaceModel(model)) {
      case "text-embedding-3-small", "text-embedding-ada-002" -> OptionalInt.of(1_536);
      case "text-embedding-3-large" -> OptionalInt.of(3_072);
      default -> OptionalInt.empty();
    };
  }

  @Override
  public RequestLimits limits(String model) {
    return new RequestLimits(2_048, 300_000, 8_192);
  }

  @Override
  public boolean countsLikeOpenAi(String model) {
    return spaceModel(model).startsWith("text-embedding-");
  }

  @Override
  public void writeBody(JsonGenerator json, EmbeddingRequest request) throws IOException {
    json.writeStringField("model", request.model());
    request.writeTexts(json, "input");
    request.writeDimensions(json, "dimensions");
    json.writeStringField("encoding_format", "base64");
  }

  @Override
  public Optional<FailureKind> kindOf(Refusal refusal) {
    // 429 says both "slower" and "never again until somebody pays".
    return refusal.says("insufficient_quota", "billing_hard_limit_reached", "billing_not_active")
        ? Optional.of(FailureKind.QUOTA_EXHAUSTED)
        : Optional.empty();
  }
}
