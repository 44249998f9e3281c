package dev.vectorkeeper.provider.remote;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.FailureKind;
import dev.vectorkeeper.provider.TextSide;
import dev.vectorkeeper.provider.pace.LearnedTokens;
import dev.vectorkeeper.provider.pace.TokenEstimator;
import dev.vectorkeeper.provider.remote.Vendor.Truncation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Makes requests of texts: prefix, cut at the model's limit, task, body. */
final class Preparation {
  private static final JsonFactory JSON = new JsonFactory();

  /** No tokenizer makes more tokens of a character than it has bytes. */
  private static final int MOST_TOKENS_PER_CHAR = 3;

  private final Vendor vendor;
  private final RemoteModel model;
  private final TokenEstimator tokens;

  /** A cheap count for pacing, whatever counts for packing. */
  private final LearnedTokens sizes;

  Preparation(RemoteSettings settings, TokenEstimator tokens, LearnedTokens sizes) {
    this.vendor = settings.vendor();
    this.model = settings.model();
    this.tokens = tokens;
    this.sizes = sizes;
  }

  /**
   * The request for texts.
   *
   * @param maxTokensPerInput tokens at which a text is cut
   */
  PreparedRequest prepare(List<String> texts, TextSide side, int maxTokensPerInput) {
    TextRole role = model.role(side);
    List<String> prepared = new ArrayList<>(texts.size());
    BitSet truncated = new BitSet();
    long size = 0;
    for (String text : texts) {
      requireWhole(text);
      String whole = role.prefix().isEmpty() ? text : role.prefix() + text;
      if (isTooLong(whole, maxTokensPerInput) && cutsSomewhere()) {
        truncated.set(prepared.size());
        whole = cutsHere() ? tokens.cut(whole, maxTokensPerInput) : whole;
      }
      prepared.add(whole);
      size += sizes.count(whole);
    }
    EmbeddingRequest request =
        new EmbeddingRequest(
            vendor.wireModel(model.name()),
            prepared,
            role.task(),
            model.dimensions().inRequest(),
            model.truncate() == Truncate.END,
            model.normalise());
    return new PreparedRequest(request, body(request), size, truncated);
  }

  /** Half a surrogate pair is no character: as JSON some vendors refuse it, and some guess. */
  private static void requireWhole(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (!Character.isSupplementaryCodePoint(text.codePointAt(i))) {
          throw new EmbeddingFailure(
              FailureKind.INVALID_INPUT, "a text holds half a surrogate pair, which is no UTF-8");
        }
        i++;
      }
    }
  }

  private boolean isTooLong(String text, int maxTokens) {
    return (long) text.length() * MOST_TOKENS_PER_CHAR > maxTokens
        && tokens.count(text) > maxTokens;
  }

  private boolean cutsSomewhere() {
    return model.truncate() == Truncate.END || vendor.truncation() == Truncation.ALWAYS;
  }

  private boolean cutsHere() {
    return model.truncate() == Truncate.END && vendor.truncation() == Truncation.NEVER;
  }

  private byte[] body(EmbeddingRequest request) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 14);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      vendor.writeBody(json, request);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail to be written", e);
    }
    return bytes.toByteArray();
  }
}
