package dev.vectorkeeper.provider.remote;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.vectorkeeper.provider.FailureKind;
import dev.vectorkeeper.provider.RequestLimits;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;

/** OpenRouter: OpenAI's shape in front of many vendors, whose limits and models are theirs. */
final class OpenRouter implements Vendor {
  private final OpenAi openAi = new OpenAi();

  @Override
  public String name() {
    return "openrouter";
  }

  @Override
  public VendorVariables variables() {
    return VendorVariables.of("OPENROUTER");
  }

  @Override
  public Optional<String> baseUrl() {
    return Optional.of("https://openrouter.ai/api/v1");
  }

  @Override
  public String wireModel(String model) {
    // Every name there has an owner; a model without one was named for OpenAI itself.
    return model.indexOf('/') < 0 ? OpenAi.ROUTE + model : model;
  }

  @Override
  public String spaceModel(String model) {
    return openAi.spaceModel(model);
  }

  @Override
  public OptionalInt nativeDimensions(String model) {
    return switch (model) {
      case "google/gemini-embedding-001" -> OptionalInt.of(3_072);
      case "mistralai/mistral-embed-2312" -> OptionalInt.of(1_024);
      default -> openAi.nativeDimensions(model);
    };
  }

  @Override
  public RequestLimits limits(String model) {
    return countsLikeOpenAi(model) ? openAi.limits(model) : new RequestLimits(96, 16_384, 8_192);
  }

  @Override
  public boolean countsLikeOpenAi(String model) {
    return openAi.countsLikeOpenAi(model);
  }

  @Override
  public void writeBody(JsonGenerator json, EmbeddingRequest request) throws IOException {
    openAi.writeBody(json, request);
    request.writeTask(json, "input_type");
  }

  @Override
  public Optional<FailureKind> kindOf(Refusal refusal) {
    // Moderation of a text is refused with the status of a bad key.
    return refusal.status() == 403 && refusal.mentions("flagged", "moderation")
        ? Optional.of(FailureKind.INVALID_INPUT)
        : openAi.kindOf(refusal);
  }
}
