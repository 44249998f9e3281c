package dev.vectorkeeper.provider.remote;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.vectorkeeper.provider.FailureKind;
import dev.vectorkeeper.provider.RequestLimits;
import dev.vectorkeeper.provider.Secret;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * What one service does differently from the others. The defaults are OpenAI's shape; the facts of
 * each wire are those that its vendor publishes.
 */
public interface Vendor {
  /** The ending that most vendors' addresses of requests share. */
  Pattern EMBEDDINGS = Pattern.compile("/embeddings$");

  /** The name in a configuration file, for example {@code openai}. */
  String name();

  /** The variables of the environment that its settings are taken from. */
  VendorVariables variables();

  /** What stands before {@link #path}; none where everybody runs their own server. */
  Optional<String> baseUrl();

  /** What an address of requests ends in, from the base URL on. */
  default String path(String model) {
    return "/embeddings";
  }

  /** The ending of a configured address that is cut off before {@link #path} is put there. */
  default Pattern knownEnding() {
    return EMBEDDINGS;
  }

  /** Whether the vendor's own service answers nobody without a key. */
  default boolean needsKey() {
    return true;
  }

  /** The name of the header that carries the key, in lower case. */
  default String keyHeader() {
    return "authorization";
  }

  /** The value of the header that carries the key. */
  default String keyHeaderValue(Secret key) {
    return "Bearer " + key.reveal();
  }

  /** The model's name as this vendor's wire has it. */
  default String wireModel(String model) {
    return model;
  }

  /** The model's name without the route to it: equal names, asked anywhere, are one space. */
  default String spaceModel(String model) {
    return model;
  }

  /** The components of a model's vectors when nothing is asked for. */
  default OptionalInt nativeDimensions(String model) {
    return OptionalInt.empty();
  }

  /** Whether dimensions that are configured, but not known to be native, are asked for. */
  default boolean asksForUnknownDimensions() {
    return true;
  }

  /** How much a request to a model may carry unless the user says otherwise. */
  RequestLimits limits(String model);

  /** The address that tells a server's own limits, relative to the base URL, where there is one. */
  default Optional<String> limitsPath() {
    return Optional.empty();
  }

  /** The tasks that a model knows, none where it knows none. */
  default List<String> tasks(String model) {
    return List.of();
  }

  /** The task to name where none is configured; empty where the vendor needs none. */
  default Optional<String> requiredTask(String model, boolean query) {
    return Optional.empty();
  }

  /** The tasks for documents that have another one for queries, each with that one. */
  default Map<String, String> queryTasks() {
    return Map.of();
  }

  /** Whether too long a text is cut by the service, when that is asked for. */
  default Truncation truncation() {
    return Truncation.NEVER;
  }

  /** Whether a model's tokens are those of {@code cl100k_base}. */
  default boolean countsLikeOpenAi(String model) {
    return false;
  }

  /** Writes the body of a request. */
  void writeBody(JsonGenerator json, EmbeddingRequest request) throws IOException;

  /** The kind of a refusal where it is not the usual one for its status and words. */
  default Optional<FailureKind> kindOf(Refusal refusal) {
    return Optional.empty();
  }

  /** What a service does to a text that is too long for its model. */
  enum Truncation {
    /** It refuses the text; cutting is done here. */
    NEVER,
    /** It cuts or refuses, as it is asked to. */
    AS_ASKED,
    /** It cuts without a word. */
    ALWAYS
  }
}
