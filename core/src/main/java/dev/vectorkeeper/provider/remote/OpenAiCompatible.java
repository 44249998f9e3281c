package dev.vectorkeeper.provider.remote;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.vectorkeeper.provider.RequestLimits;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Any server of OpenAI's shape (vLLM, LM Studio, LocalAI, llama.cpp): nothing is asked of it that
 * such a server may not know, so vectors come as numbers.
 */
final class OpenAiCompatible implements Vendor {

  @Override
  public String name() {
    return "openai-compatible";
  }

  @Override
  public VendorVariables variables() {
    return VendorVariables.of("OPENAI_COMPATIBLE");
  }

  @Override
  public Optional<String> baseUrl() {
    return Optional.empty();
  }

  @Override
  public boolean needsKey() {
    return false;
  }

  @Override
  public OptionalInt nativeDimensions(String model) {
    return OpenModels.dimensions(model);
  }

  @Override
  public boolean asksForUnknownDimensions() {
    return false;
  }

  @Override
  public RequestLimits limits(String model) {
    return new RequestLimits(256, 65_536, 8_192);
  }

  @Override
  public void writeBody(JsonGenerator json, EmbeddingRequest request) throws IOException {
    json.writeStringField("model", request.model());
    request.writeTexts(json, "input");
    request.writeDimensions(json, "dimensions");
    json.writeStringField("encoding_format", "float");
  }
}
