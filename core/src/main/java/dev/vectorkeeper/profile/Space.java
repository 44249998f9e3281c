package dev.vectorkeeper.profile;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * What decides in which space a vector lies. Two vectors may be compared only if the fingerprints
 * of their spaces are equal. The route to a model (who serves it, at which address, with which key)
 * is no part of it.
 *
 * @param provider who embeds, shown to people only
 * @param model the model's canonical name
 * @param dimensions components of a vector
 * @param task the task that documents are embedded for; empty when the model knows none
 * @param shape everything else that changes a vector: pooling, prefixes, truncation, normalisation,
 *     weights
 */
public record Space(
    String provider, String model, int dimensions, String task, Map<String, String> shape) {

  public Space {
    shape = Map.copyOf(shape);
  }

  /** SHA-256 over all that shapes the space, in hexadecimal digits. */
  public String fingerprint() {
    StringBuilder text = new StringBuilder();
    line(text, "model", model);
    line(text, "dimensions", Integer.toString(dimensions));
    line(text, "task", task);
    new TreeMap<>(shape).forEach((key, value) -> line(text, "shape." + key, value));
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static void line(StringBuilder text, String key, String value) {
    text.append(key).append('=').append(value.length()).append(':').append(value).append('\n');
  }
}
