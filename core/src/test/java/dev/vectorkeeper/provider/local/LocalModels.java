package dev.vectorkeeper.provider.local;

import dev.vectorkeeper.provider.TextSide;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** One runtime for all tests of this package, so that each model is read few times. */
final class LocalModels {
  static final LocalRuntime RUNTIME = LocalRuntime.in(Path.of("target", "local-models"), 2);

  private LocalModels() {}

  static LocalProvider open(String name) {
    return LocalProvider.open(LocalModel.bundled(name), RUNTIME);
  }

  static float[] document(LocalProvider provider, String text) {
    return provider.embed(List.of(text), TextSide.DOCUMENT).vectors().get(0);
  }

  static float[] query(LocalProvider provider, String text) {
    return provider.embed(List.of(text), TextSide.QUERY).vectors().get(0);
  }

  static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  /** Writes a bundled model as a directory of a user's. */
  static Path unpack(String resource, Path directory) throws IOException {
    copy(resource + ".onnx", directory.resolve("model.onnx"));
    copy(resource + "-tokenizer.json", directory.resolve("tokenizer.json"));
    return directory;
  }

  private static void copy(String resource, Path file) throws IOException {
    try (InputStream in = LocalModels.class.getResourceAsStream("/" + resource)) {
      Files.copy(in, file);
    }
  }
}
