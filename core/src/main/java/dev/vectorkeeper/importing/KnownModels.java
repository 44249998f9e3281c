package dev.vectorkeeper.importing;

import dev.vectorkeeper.importing.Functions.Function;
import dev.vectorkeeper.provider.remote.Vendors;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Well-known models, and which of them may have made vectors of a length. */
final class KnownModels {
  /** A model by its provider. */
  record Known(String provider, String model) {
    @Override
    public String toString() {
      return provider + " " + model;
    }
  }

  /** Their dimensions are the vendors' own to say. */
  private static final List<Known> REMOTE =
      Stream.of(
              Map.entry(
                  "openai",
                  List.of(
                      "text-embedding-3-small",
                      "text-embedding-3-large",
                      "text-embedding-ada-002")),
              Map.entry("gemini", List.of("gemini-embedding-001", "text-embedding-004")),
              Map.entry(
                  "jina",
                  List.of(
                      "jina-embeddings-v3",
                      "jina-embeddings-v4",
                      "jina-embeddings-v2-base-en",
                      "jina-embeddings-v2-small-en")),
              Map.entry(
                  "voyage",
                  List.of(
                      "voyage-3.5",
                      "voyage-3.5-lite",
                      "voyage-3-large",
                      "voyage-3-lite",
                      "voyage-code-3")),
              Map.entry(
                  "cohere",
                  List.of(
                      "embed-v4.0",
                      "embed-english-v3.0",
                      "embed-multilingual-v3.0",
                      "embed-english-light-v3.0")),
              Map.entry("mistral", List.of("mistral-embed", "codestral-embed")),
              Map.entry(
                  "ollama",
                  List.of("nomic-embed-text", "mxbai-embed-large", "bge-m3", "all-minilm")),
              Map.entry("tei", List.of("gte-small", "bge-base-en-v1.5", "bge-large-en-v1.5")))
          .flatMap(
              entry -> entry.getValue().stream().map(model -> new Known(entry.getKey(), model)))
          .toList();

  private static final List<Known> LOCAL =
      Stream.of("bge-small-en-v1.5", "all-MiniLM-L6-v2", "e5-small-v2")
          .map(model -> new Known("local", model))
          .toList();

  private static final int LOCAL_DIMENSIONS = 384;

  /** Whose vectors may be asked for at a length of one's choice. */
  private static final List<Known> CUT =
      List.of(
          new Known("openai", "text-embedding-3-small"),
          new Known("openai", "text-embedding-3-large"),
          new Known("gemini", "gemini-embedding-001"),
          new Known("jina", "jina-embeddings-v3"));

  private static final Map<String, String> OTHER_NAMES =
      Map.of(
          "google",
          "gemini",
          "google-ai",
          "gemini",
          "vertex",
          "gemini",
          "jina-ai",
          "jina",
          "jinaai",
          "jina",
          "voyageai",
          "voyage",
          "open-ai",
          "openai",
          "mistralai",
          "mistral",
          "huggingface",
          "tei",
          "onnx",
          "local");

  private KnownModels() {}

  private static Optional<Integer> dimensions(Known known) {
    return Vendors.named(known.provider()).nativeDimensions(known.model()).stream()
        .boxed()
        .findFirst();
  }

  /** The models whose vectors are so long by themselves, then those that can be asked for that. */
  static List<Known> of(int dimensions) {
    Stream<Known> own =
        REMOTE.stream().filter(known -> dimensions(known).equals(Optional.of(dimensions)));
    Stream<Known> local = dimensions == LOCAL_DIMENSIONS ? LOCAL.stream() : Stream.of();
    Stream<Known> cut = CUT.stream().filter(known -> dimensions(known).orElse(0) > dimensions);
    return Stream.of(local, own, cut).flatMap(known -> known).distinct().toList();
  }

  /** The one model that functions name and that makes such vectors, if it is one only. */
  static Optional<Known> namedIn(List<Function> functions, int dimensions) {
    List<Known> named =
        of(dimensions).stream()
            .filter(
                known -> functions.stream().anyMatch(function -> function.mentions(known.model())))
            .toList();
    return named.stream().map(Known::model).distinct().count() == 1
        ? Optional.of(named.get(0))
        : Optional.empty();
  }

  /** The provider by the name that a table has for it. */
  static Optional<String> provider(String name) {
    String plain = name.strip().toLowerCase(Locale.ROOT).replace('_', '-');
    String usual = OTHER_NAMES.getOrDefault(plain, plain);
    return usual.equals("local") || Vendors.find(usual).isPresent()
        ? Optional.of(usual)
        : Optional.empty();
  }

  /** The provider of a model that is known by its name. */
  static Optional<String> providerOf(String model) {
    return Stream.concat(LOCAL.stream(), REMOTE.stream())
        .filter(known -> known.model().equalsIgnoreCase(model))
        .map(Known::provider)
        .findFirst();
  }

  /** Whether a provider's model knows a task. */
  static boolean hasTask(String provider, String model, String task) {
    return Vendors.find(provider).filter(vendor -> vendor.tasks(model).contains(task)).isPresent();
  }
}
