package dev.vectorkeeper.provider.remote;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.vectorkeeper.provider.FailureKind;
import dev.vectorkeeper.provider.RequestLimits;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * Text Embeddings Inference: {@code /embed} on a server of one's own, which serves one model and
 * tells its limits under {@code /info}. Too large a batch is status 422.
 */
final class Tei implements Vendor {
  private static final Pattern ENDING = Pattern.compile("(/embed|/v1/embeddings|/embeddings|/v1)$");

  @Override
  public String name() {
    return "tei";
  }

  @Override
  public VendorVariables variables() {
    return VendorVariables.of("TEI");
  }

  @Override
  public Optional<String> baseUrl() {
    return Optional.empty();
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
    return new RequestLimits(32, 16_384, 512);
  }

  @Override
  public Optional<String> limitsPath() {
    return Optional.of("/info");
  }

  @Override
  public Truncation truncation() {
    return Truncation.AS_ASKED;
  }

  @Override
  public void writeBody(JsonGenerator json, EmbeddingRequest request) throws IOException {
    request.writeTexts(json, "inputs");
    request.writeTask(json, "prompt_name");
    request.writeDimensions(json, "dimensions");
    json.writeBooleanField("normalize", request.normalise());
    json.writeBooleanField("truncate", request.truncate());
  }

  @Override
  public Optional<FailureKind> kindOf(Refusal refusal) {
    return refusal.status() == 422 && refusal.mentions("batch size", "must have less than")
        ? Optional.of(FailureKind.INPUT_TOO_LARGE)
        : Optional.empty();
  }
}
