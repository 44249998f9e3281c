package dev.vectorkeeper.provider.remote;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * A request as a {@link StrictVendorServer} received it.
 *
 * @param target the path and query
 * @param headers by name in lower case
 * @param body the JSON
 * @param texts the texts in it
 */
public record ReceivedRequest(
    String target, Map<String, String> headers, JsonNode body, List<String> texts) {

  /** What the server counts as tokens: one for every four characters begun. */
  public long tokens() {
    return texts.stream().mapToLong(text -> (text.length() + 3) / 4).sum();
  }
}
