package dev.vectorkeeper.provider.local;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The files of a model in a directory of the user's.
 *
 * @param directory holds {@code model.onnx} and {@code tokenizer.json}
 */
record DirectoryWeights(Path directory) implements Weights {
  static final String MODEL = "model.onnx";
  static final String TOKENIZER = "tokenizer.json";

  /** Where an exporter puts weights that do not fit into one ONNX file. */
  private static final String EXTERNAL_DATA = "model.onnx_data";

  @Override
  public String key() {
    return "directory:" + directory.toAbsolutePath().normalize();
  }

  @Override
  public Map<String, String> fingerprint() {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("weights", sha256(directory.resolve(MODEL)));
    parts.put("tokenizer", sha256(directory.resolve(TOKENIZER)));
    Path external = directory.resolve(EXTERNAL_DATA);
    if (Files.exists(external)) {
      parts.put("weights data", sha256(external));
    }
    return parts;
  }

  @Override
  public OptionalInt positions() {
    return new ModelDirectory(directory).positions();
  }

  @Override
  public String tokenizerFile() {
    return directory.resolve(TOKENIZER).toString();
  }

  @Override
  public String modelFile() {
    return directory.resolve(MODEL).toString();
  }

  @Override
  public String readTokenizer() throws IOException {
    return Files.readString(directory.resolve(TOKENIZER));
  }

  @Override
  public OrtSession openSession(OrtEnvironment environment, SessionOptions options)
      throws OrtException {
    return environment.createSession(modelFile(), options);
  }

  private static String sha256(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (DigestInputStream digesting = new DigestInputStream(in, digest)) {
        digesting.transferTo(OutputStream.nullOutputStream());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new LocalModelException(
          LocalModelException.FILE_MISSING,
          "The file " + file + " cannot be read (" + e.getMessage() + "). Let this user read it.",
          e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
