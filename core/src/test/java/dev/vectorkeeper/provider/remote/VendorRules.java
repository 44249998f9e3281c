package dev.vectorkeeper.provider.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vectorkeeper.provider.RequestLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a vendor's service takes and how it answers, written down a second time and apart from the
 * provider, so that the two check each other.
 */
record VendorRules(
    String name, String basePath, String path, String model, Set<String> fields, int maxInputs) {
  private static final Map<String, VendorRules> ALL =
      Map.of(
          "openai",
              rules("openai", "/v1", "/embeddings", "text-embedding-3-small", 2_048)
                  .taking("model", "input", "dimensions", "encoding_format", "user"),
          "openrouter",
              rules("openrouter", "/api/v1", "/embeddings", "openai/text-embedding-3-small", 2_048)
                  .taking(
                      "model", "input", "dimensions", "encoding_format", "input_type", "provider"),
          "jina",
              rules("jina", "/v1", "/embeddings", "jina-embeddings-v3", 2_048)
                  .taking("model", "input", "task", "dimensions", "embedding_type", "truncate")
                  .taking("late_chunking", "normalized"),
          "gemini",
              rules(
                      "gemini",
                      "/v1beta",
                      "/models/gemini-embedding-001:batchEmbedContents",
                      "gemini-embedding-001",
                      100)
                  .taking("requests"),
          "voyage",
              rules("voyage", "/v1", "/embeddings", "voyage-3.5", 1_000)
                  .taking("input", "model", "input_type", "output_dimension", "output_dtype")
                  .taking("encoding_format", "truncation"),
          "cohere",
              rules("cohere", "/v2", "/embed", "embed-v4.0", 96)
                  .taking("model", "input_type", "texts", "output_dimension", "embedding_types")
                  .taking("truncate"),
          "mistral",
              rules("mistral", "/v1", "/embeddings", "codestral-embed", 512)
                  .taking("model", "input", "output_dimension", "output_dtype", "encoding_format"),
          "ollama",
              rules("ollama", "", "/api/embed", "nomic-embed-text", 100_000)
                  .taking("model", "input", "truncate", "dimensions", "keep_alive", "options"),
          "tei",
              rules("tei", "", "/embed", "gte-small", 32)
                  .taking("inputs", "normalize", "truncate", "prompt_name", "dimensions"),
          "openai-compatible",
              rules("openai-compatible", "/v1", "/embeddings", "served-model", 100_000)
                  .taking("model", "input", "dimensions", "encoding_format"));

  static VendorRules of(String vendor) {
    return ALL.get(vendor);
  }

  private static VendorRules rules(
      String name, String basePath, String path, String model, int maxInputs) {
    return new VendorRules(name, basePath, path, model, Set.of(), maxInputs);
  }

  private VendorRules taking(String... more) {
    Set<String> all = new java.util.TreeSet<>(fields);
    all.addAll(List.of(more));
    return new VendorRules(name, basePath, path, model, all, maxInputs);
  }

  /** The same of another model. */
  VendorRules knowing(String other) {
    return new VendorRules(name, basePath, path.replace(model, other), other, fields, maxInputs);
  }

  RequestLimits limits() {
    return switch (name) {
      case "openai", "openrouter" -> new RequestLimits(maxInputs, 300_000, 8_192);
      case "mistral", "tei" -> new RequestLimits(maxInputs, 16_384, 8_192);
      default -> new RequestLimits(maxInputs, 1_000_000, 128_000);
    };
  }

  String keyHeader() {
    return name.equals("gemini") ? "x-goog-api-key" : "authorization";
  }

  String keyValue(String key) {
    return name.equals("gemini") ? key : "Bearer " + key;
  }

  boolean needsKey() {
    return !name.equals("ollama");
  }

  List<String> texts(JsonNode body) {
    List<String> texts = new ArrayList<>();
    switch (name) {
      case "gemini" ->
          body.path("requests").forEach(r -> texts.add(r.at("/content/parts/0/text").asText()));
      case "cohere" -> body.path("texts").forEach(text -> texts.add(text.asText()));
      case "tei" -> body.path("inputs").forEach(text -> texts.add(text.asText()));
      default -> body.path("input").forEach(text -> texts.add(text.asText()));
    }
    return texts;
  }

  String modelIn(JsonNode body) {
    return switch (name) {
      case "gemini" -> body.at("/requests/0/model").asText().replace("models/", "");
      case "tei" -> model;
      default -> body.path("model").asText();
    };
  }

  /** The task that a request names, or nothing. */
  String taskIn(JsonNode body) {
    return switch (name) {
      case "gemini" -> body.at("/requests/0/taskType").asText();
      case "jina" -> body.path("task").asText();
      case "tei" -> body.path("prompt_name").asText();
      default -> body.path("input_type").asText();
    };
  }

  int dimensionsIn(JsonNode body, int otherwise) {
    JsonNode asked =
        switch (name) {
          case "gemini" -> body.at("/requests/0/outputDimensionality");
          case "voyage", "cohere", "mistral" -> body.path("output_dimension");
          default -> body.path("dimensions");
        };
    return asked.asInt(otherwise);
  }

  boolean wantsBase64(JsonNode body) {
    return body.path("encoding_format").asText().equals("base64")
        || body.path("embedding_type").asText().equals("base64");
  }

  boolean sendsIndices() {
    return switch (name) {
      case "gemini", "cohere", "ollama", "tei" -> false;
      default -> true;
    };
  }
}
