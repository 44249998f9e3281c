package dev.vectorkeeper.provider.remote;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.vectorkeeper.provider.RequestLimits;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Ollama: {@code /api/embed} on a server of one's own, without a key. */
final class Ollama implements Vendor {
  private static final Pattern ENDING =
      Pattern.compile("(/api/embed(dings)?|/v1/embeddings|/embeddings|/api|/v1)$");

  @Override
  public String name() {
    return "ollama";
  }

  @Override
  public VendorVariables variables() {
    return VendorVariables.of("OLLAMA");
  }

  @Override
  public Optional<String> baseUrl() {
    return Optional.of("http://localhost:11434");
  }

  @Override
  public String path(String model) {
    return "/api/embed";
  }

  @Override
  public Pattern knownEnding() {
    return ENDING;
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
    return new RequestLimits(256, 65_536, 2_048);
  }

  @Override
  public Truncation truncation() {
    return Truncation.AS_ASKED;
  }

  @Override
  public void writeBody(JsonGenerator json, EmbeddingRequest request) throws IOException {
    json.writeStringField("model", request.model());
    request.writeTexts(json, "input");
    request.writeDimensions(json, "dimensions");
    json.writeBooleanField("truncate", request.truncate());
  }
}
