package dev.vectorkeeper.provider.local;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * Reads what the files beside a model's weights say about it; the file formats are Sentence
 * Transformers'.
 */
final class ModelDirectory {
  private static final int DEFAULT_MAX_TOKENS = 512;

  /** Tokenizers without a limit of their own say 10^30. */
  private static final double NO_LIMIT = 1_000_000;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path directory;

  ModelDirectory(Path directory) {
    this.directory = directory;
  }

  LocalModel model() {
    requireDirectory();
    requireFile(DirectoryWeights.MODEL, "Many repositories keep it in their folder \"onnx\".");
    requireFile(DirectoryWeights.TOKENIZER, "It is in the model's repository.");
    JsonNode config = read("config.json");
    Path fileName = directory.toAbsolutePath().normalize().getFileName();
    return new LocalModel(
        fileName == null ? directory.toString() : fileName.toString(),
        new DirectoryWeights(directory),
        pooling(),
        true,
        maxTokens(config),
        "",
        "",
        isQuantised(),
        dimensions(config));
  }

  /** The most tokens that the graph can take, where the directory says so. */
  OptionalInt positions() {
    return limit(read("config.json"), "max_position_embeddings");
  }

  private boolean isQuantised() {
    Path file = directory.resolve(DirectoryWeights.MODEL);
    try {
      return OnnxFile.isQuantised(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private Pooling pooling() {
    JsonNode config = read("1_Pooling/config.json");
    if (config.path("pooling_mode_cls_token").asBoolean()) {
      return Pooling.CLS;
    }
    if (config.isMissingNode() || config.path("pooling_mode_mean_tokens").asBoolean(true)) {
      return Pooling.MEAN;
    }
    throw new LocalModelException(
        LocalModelException.SETTING,
        "The model in %s asks in 1_Pooling/config.json for a pooling that is neither \"mean\" nor \"cls\", which are the two that can be used. Use another model."
            .formatted(directory));
  }

  private int maxTokens(JsonNode config) {
    OptionalInt own = limit(read("sentence_bert_config.json"), "max_seq_length");
    OptionalInt tokenizer = limit(read("tokenizer_config.json"), "model_max_length");
    OptionalInt positions = limit(config, "max_position_embeddings");
    int wanted = own.orElseGet(() -> tokenizer.orElse(DEFAULT_MAX_TOKENS));
    return Math.min(wanted, positions.orElse(wanted));
  }

  private static OptionalInt dimensions(JsonNode config) {
    return limit(config, "hidden_size");
  }

  private static OptionalInt limit(JsonNode config, String field) {
    double value = config.path(field).asDouble();
    return value >= 1 && value < NO_LIMIT ? OptionalInt.of((int) value) : OptionalInt.empty();
  }

  private JsonNode read(String name) {
    Path file = directory.resolve(name);
    if (!Files.exists(file)) {
      return MissingNode.getInstance();
    }
    try {
      return JSON.readTree(Files.readAllBytes(file));
    } catch (JacksonException e) {
      throw new LocalModelException(
          LocalModelException.FILE_UNUSABLE,
          "The file %s is not valid JSON. Fetch it again from the model's repository, or delete it: it is optional."
              .formatted(file),
          e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private void requireDirectory() {
    if (!Files.isDirectory(directory)) {
      throw new LocalModelException(
          LocalModelException.FILE_MISSING,
          "There is no directory %s. Name a directory with model.onnx and tokenizer.json, or one of %s."
              .formatted(directory, String.join(", ", BundledModels.names())));
    }
  }

  private void requireFile(String name, String hint) {
    Path file = directory.resolve(name);
    if (!Files.isRegularFile(file)) {
      throw new LocalModelException(
          LocalModelException.FILE_MISSING,
          "There is no file %s. Put the model's %s there. %s".formatted(file, name, hint));
    }
  }

  private static LocalModelException unreadable(Path file, IOException cause) {
    return new LocalModelException(
        LocalModelException.FILE_MISSING,
        "The file %s cannot be read. Let this user read it.".formatted(file),
        cause);
  }
}
