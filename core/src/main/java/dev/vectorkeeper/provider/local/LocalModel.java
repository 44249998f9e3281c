package dev.vectorkeeper.provider.local;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * A model that runs in this process, with all that decides what vector a text gets. Making one
 * reads no weights; {@link LocalProvider#open} does.
 *
 * @param name the model's name, shown to people
 * @param weights where the graph, the weights and the tokenizer come from
 * @param pooling how a text's tokens become one vector
 * @param normalise whether vectors are scaled to length 1
 * @param maxTokens tokens of a text that are embedded, special tokens and prefix included; what is
 *     longer is cut
 * @param documentPrefix put before each stored text
 * @param queryPrefix put before each query
 * @param quantised whether the weights are int8, so that a vector would depend on what is in the
 *     same batch
 * @param dimensions components of a vector, where known before the weights are read
 */
public record LocalModel(
    String name,
    Weights weights,
    Pooling pooling,
    boolean normalise,
    int maxTokens,
    String documentPrefix,
    String queryPrefix,
    boolean quantised,
    OptionalInt dimensions) {

  private static final int FEWEST_TOKENS = 8;

  /**
   * Checks the token limit.
   *
   * @throws LocalModelException when fewer than 8 tokens are asked for
   */
  public LocalModel {
    if (maxTokens < FEWEST_TOKENS) {
      throw new LocalModelException(
          LocalModelException.SETTING,
          "The local model \"%s\" cannot embed %d tokens a text. Allow %d or more."
              .formatted(name, maxTokens, FEWEST_TOKENS));
    }
  }

  /**
   * The bundled model of this name, in any letter case, or the model in the directory of this name.
   *
   * @throws LocalModelException when there is neither, with the names that there are
   */
  public static LocalModel of(String nameOrDirectory) {
    return BundledModels.find(nameOrDirectory)
        .orElseGet(() -> directory(directoryNamed(nameOrDirectory)));
  }

  /**
   * A model whose weights are on the class path.
   *
   * @param name one of {@link #bundledNames()}, in any letter case
   * @throws LocalModelException when there is no such model, with the names that there are
   */
  public static LocalModel bundled(String name) {
    return BundledModels.find(name).orElseThrow(() -> BundledModels.unknown(name));
  }

  /** The names of all bundled models. */
  public static List<String> bundledNames() {
    return BundledModels.names();
  }

  /**
   * The model in a directory with {@code model.onnx} and {@code tokenizer.json}. Pooling and limits
   * come from the files that Sentence Transformers writes beside them, where those are there:
   * {@code 1_Pooling/config.json}, {@code sentence_bert_config.json}, {@code tokenizer_config.json}
   * and {@code config.json}; else mean pooling and 512 tokens. It has no prefixes.
   *
   * @throws LocalModelException when a file is missing or cannot be understood
   */
  public static LocalModel directory(Path directory) {
    return new ModelDirectory(directory).model();
  }

  /** The same model with another pooling. */
  public LocalModel withPooling(Pooling changed) {
    return new LocalModel(
        name,
        weights,
        changed,
        normalise,
        maxTokens,
        documentPrefix,
        queryPrefix,
        quantised,
        dimensions);
  }

  /** The same model with vectors scaled to length 1, or as the model gives them. */
  public LocalModel withNormalise(boolean changed) {
    return new LocalModel(
        name,
        weights,
        pooling,
        changed,
        maxTokens,
        documentPrefix,
        queryPrefix,
        quantised,
        dimensions);
  }

  /** The same model with texts cut at another number of tokens. */
  public LocalModel withMaxTokens(int changed) {
    return new LocalModel(
        name,
        weights,
        pooling,
        normalise,
        changed,
        documentPrefix,
        queryPrefix,
        quantised,
        dimensions);
  }

  /** The same model with other prefixes; empty for none. */
  public LocalModel withPrefixes(String document, String query) {
    return new LocalModel(
        name, weights, pooling, normalise, maxTokens, document, query, quantised, dimensions);
  }

  /** The same model, treated as int8 or as full precision: only the latter is batched. */
  public LocalModel withQuantised(boolean changed) {
    return new LocalModel(
        name,
        weights,
        pooling,
        normalise,
        maxTokens,
        documentPrefix,
        queryPrefix,
        changed,
        dimensions);
  }

  /**
   * All that shapes the space beside its name and dimensions, for its fingerprint. For a directory
   * this includes the SHA-256 of its files, which are read in full.
   *
   * @throws LocalModelException when a file of the directory cannot be read
   */
  public Map<String, String> shape() {
    Map<String, String> shape = new TreeMap<>(weights.fingerprint());
    shape.put("pooling", pooling.name().toLowerCase(Locale.ROOT));
    shape.put("normalise", Boolean.toString(normalise));
    shape.put("max tokens", Integer.toString(maxTokens));
    shape.put("document prefix", documentPrefix);
    shape.put("query prefix", queryPrefix);
    return shape;
  }

  /** {@link #shape()} on one line. */
  public String spaceDescription() {
    return name + " " + shape();
  }

  private static Path directoryNamed(String name) {
    try {
      Path path = Path.of(name);
      boolean looksLikeOne = path.getNameCount() > 1 || path.isAbsolute() || name.startsWith(".");
      if (!name.isBlank() && (looksLikeOne || Files.isDirectory(path))) {
        return path;
      }
    } catch (InvalidPathException e) {
      throw BundledModels.unknown(name);
    }
    throw BundledModels.unknown(name);
  }
}
