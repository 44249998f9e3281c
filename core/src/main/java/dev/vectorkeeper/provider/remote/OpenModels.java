package dev.vectorkeeper.provider.remote;

import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/** The dimensions of well-known open models, whichever server runs them. */
final class OpenModels {
  private static final Map<String, Integer> DIMENSIONS =
      Map.ofEntries(
          Map.entry("all-minilm", 384),
          Map.entry("all-minilm-l6-v2", 384),
          Map.entry("bge-small-en-v1.5", 384),
          Map.entry("bge-base-en-v1.5", 768),
          Map.entry("bge-large-en-v1.5", 1_024),
          Map.entry("bge-m3", 1_024),
          Map.entry("e5-small-v2", 384),
          Map.entry("gte-small", 384),
          Map.entry("mxbai-embed-large", 1_024),
          Map.entry("mxbai-embed-large-v1", 1_024),
          Map.entry("nomic-embed-text", 768),
          Map.entry("nomic-embed-text-v1.5", 768));

  private OpenModels() {}

  /** The dimensions of a model by its name, without the owner before it and the tag after it. */
  static OptionalInt dimensions(String model) {
    String bare = model.substring(model.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    int tag = bare.indexOf(':');
    Integer known = DIMENSIONS.get(tag < 0 ? bare : bare.substring(0, tag));
    return known == null ? OptionalInt.empty() : OptionalInt.of(known);
  }
}
