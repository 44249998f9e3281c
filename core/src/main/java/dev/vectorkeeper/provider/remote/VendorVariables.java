package dev.vectorkeeper.provider.remote;

import java.util.ArrayList;
import java.util.List;

/**
 * The variables of the environment that a vendor's settings are taken from; of each kind the first
 * that is set counts.
 *
 * @param apiKey names of the key
 * @param baseUrl names of the address, which may be the whole address of requests
 * @param model names of the model
 * @param dimensions names of the number of dimensions
 */
public record VendorVariables(
    List<String> apiKey, List<String> baseUrl, List<String> model, List<String> dimensions) {

  /** The usual names: {@code X_API_KEY}, {@code X_EMBEDDINGS_URL}, {@code X_MODEL}, ... */
  static VendorVariables of(String prefix, String... otherKeys) {
    List<String> keys = new ArrayList<>(List.of(prefix + "_API_KEY"));
    keys.addAll(List.of(otherKeys));
    return new VendorVariables(
        List.copyOf(keys),
        List.of(prefix + "_EMBEDDINGS_URL", prefix + "_BASE_URL"),
        List.of(prefix + "_MODEL", prefix + "_EMBEDDING_MODEL"),
        List.of(prefix + "_DIM", prefix + "_DIMENSIONS"));
  }
}
