package dev.vectorkeeper.examples.events;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.config.Configuration;
import dev.vectorkeeper.examples.Stage;
import dev.vectorkeeper.provider.TextSide;
import dev.vectorkeeper.provider.Vectors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * The local model: what it makes, and the same out of a directory. The directory is laid out as one
 * with gte-small would be, with the bundled model's weights in it, so that both must agree.
 */
final class Model {
  private static final String WEIGHTS = "/all-minilm-l6-v2-q";
  private static final String TEXT =
      "thermostat: a regulator for automatically regulating temperature";

  private static final String WRONG =
      "select count(*) from event_embeddings where vector_dims(embedding) <> 384 or abs(vector_norm(embedding) - 1) > 0.001";

  private final Stage stage;

  Model(Stage stage) {
    this.stage = stage;
  }

  void check(JsonNode verification) throws IOException {
    String pooling =
        String.join(", ", stage.column("select shape->>'pooling' from vectorkeeper.profile"));
    long wrong = stage.number(WRONG);
    Path directory = stage.work().resolve("gte-small");
    layOut(directory);
    double same =
        Vectors.cosine(embed(Map.of()), embed(Map.of("EMBED_MODEL", directory.toString())));
    stage.check(
        "E4",
        verification.get("dimensions").asInt() == 384
            && pooling.equals("mean")
            && wrong == 0
            && same > 0.9999,
        String.format(
            Locale.ROOT,
            "%s, 384 dimensions, %s pooled, %d of other length than 1; from a directory the same vector (cosine %.4f)",
            verification.get("model").asText(),
            pooling,
            wrong,
            same));
  }

  private static void layOut(Path directory) throws IOException {
    Files.createDirectories(directory);
    copy(WEIGHTS + ".onnx", directory.resolve("model.onnx"));
    copy(WEIGHTS + "-tokenizer.json", directory.resolve("tokenizer.json"));
  }

  private static void copy(String resource, Path file) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(Model.class.getResourceAsStream(resource), resource)) {
      Files.copy(in, file);
    }
  }

  private float[] embed(Map<String, String> variables) {
    Map<String, String> environment = new HashMap<>(stage.environment());
    environment.putAll(variables);
    Configuration configuration =
        Configuration.load(stage.work().resolve("vectorkeeper.yaml"), environment);
    Path cache = Path.of("target", "cache").toAbsolutePath();
    try (Vectorkeeper keeper =
        Vectorkeeper.open(
            configuration, new Vectorkeeper.Directories(stage.work(), cache), environment)) {
      return keeper
          .providers()
          .embedder("local")
          .embed(List.of(TEXT), TextSide.DOCUMENT)
          .vectors(TEXT)
          .get(0);
    }
  }
}
