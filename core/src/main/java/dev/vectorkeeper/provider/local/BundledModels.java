package dev.vectorkeeper.provider.local;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The models on the class path, each with the settings that its authors trained and measured it
 * with.
 */
final class BundledModels {
  private static final int DIMENSIONS = 384;
  private static final String QUANTISED = "-q";

  /** From the model card of BAAI/bge-small-en-v1.5, "retrieval". */
  private static final String BGE_QUERY =
      "Represent this sentence for searching relevant passages: ";

  private static final List<LocalModel> ALL = all();

  private BundledModels() {}

  static Optional<LocalModel> find(String name) {
    return ALL.stream().filter(model -> model.name().equalsIgnoreCase(name.strip())).findFirst();
  }

  static List<String> names() {
    return ALL.stream().map(LocalModel::name).toList();
  }

  static LocalModelException unknown(String name) {
    return new LocalModelException(
        LocalModelException.UNKNOWN_MODEL,
        "There is no local model \"%s\". Name one of %s, or a directory with model.onnx and tokenizer.json."
            .formatted(name, String.join(", ", names())));
  }

  private static List<LocalModel> all() {
    List<LocalModel> models = new ArrayList<>();
    for (boolean quantised : new boolean[] {false, true}) {
      // The limit of 256 is in sentence-transformers' own configuration of this model.
      models.add(model("all-MiniLM-L6-v2", quantised, Pooling.MEAN, 256));
      models.add(
          model("bge-small-en-v1.5", quantised, Pooling.CLS, 512).withPrefixes("", BGE_QUERY));
      models.add(
          model("e5-small-v2", quantised, Pooling.MEAN, 512).withPrefixes("passage: ", "query: "));
    }
    return List.copyOf(models);
  }

  private static LocalModel model(
      String family, boolean quantised, Pooling pooling, int maxTokens) {
    String name = quantised ? family + QUANTISED : family;
    return new LocalModel(
        name,
        new BundledWeights(name.toLowerCase(Locale.ROOT)),
        pooling,
        true,
        maxTokens,
        "",
        "",
        quantised,
        OptionalInt.of(DIMENSIONS));
  }
}
