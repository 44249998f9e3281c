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
 * @param tokens what the server counts
 */
public record ReceivedRequest(
    String target, Map<String, String> headers, JsonNode body, List<String> texts, long tokens) {}
