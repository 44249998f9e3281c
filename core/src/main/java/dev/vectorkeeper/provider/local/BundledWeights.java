package dev.vectorkeeper.provider.local;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The files of a model as class path resources.
 *
 * @param resource the resources' common name, for example {@code bge-small-en-v1.5-q}
 */
record BundledWeights(String resource) implements Weights {
  /** All bundled models are BERTs. */
  private static final int BERT_POSITIONS = 512;

  private static final int WINDOW = 1 << 16;

  @Override
  public String key() {
    return "bundled:" + resource;
  }

  @Override
  public Map<String, String> fingerprint() {
    return Map.of("weights", resource);
  }

  @Override
  public OptionalInt positions() {
    return OptionalInt.of(BERT_POSITIONS);
  }

  @Override
  public String tokenizerFile() {
    return resource + "-tokenizer.json";
  }

  @Override
  public String modelFile() {
    return resource + ".onnx";
  }

  @Override
  public String readTokenizer() throws IOException {
    try (InputStream in = find(tokenizerFile()).openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Override
  public OrtSession openSession(OrtEnvironment environment, SessionOptions options)
      throws IOException, OrtException {
    return environment.createSession(readModel(), options);
  }

  /**
   * Off the heap, so that a small heap is enough for large weights and the runtime need not copy
   * them.
   */
  private ByteBuffer readModel() throws IOException {
    URLConnection connection = find(modelFile()).openConnection();
    try (InputStream in = connection.getInputStream()) {
      ByteBuffer bytes =
          ByteBuffer.allocateDirect(Math.toIntExact(connection.getContentLengthLong()));
      byte[] window = new byte[WINDOW];
      while (bytes.hasRemaining()) {
        int read = in.read(window, 0, Math.min(WINDOW, bytes.remaining()));
        if (read < 0) {
          throw new EOFException(modelFile() + " ends too soon");
        }
        bytes.put(window, 0, read);
      }
      return bytes.flip();
    }
  }

  private static URL find(String name) throws FileNotFoundException {
    URL found = find(BundledWeights.class.getClassLoader(), name);
    if (found == null) {
      found = find(Thread.currentThread().getContextClassLoader(), name);
    }
    if (found == null) {
      throw new FileNotFoundException("it is not on the class path");
    }
    return found;
  }

  private static @Nullable URL find(@Nullable ClassLoader loader, String name) {
    return loader == null ? null : loader.getResource(name);
  }
}
