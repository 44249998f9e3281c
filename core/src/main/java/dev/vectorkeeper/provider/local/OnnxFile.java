package dev.vectorkeeper.provider.local;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Looks into a file of weights without the runtime. */
final class OnnxFile {
  /**
   * Part of the names of the operators that every int8 export has: {@code DynamicQuantizeLinear}
   * and its kin.
   */
  private static final String QUANTISING = "QuantizeLinear";

  private static final int WINDOW = 1 << 20;

  private OnnxFile() {}

  /**
   * Whether the graph computes with int8, where one text's rounding depends on the texts beside it.
   */
  static boolean isQuantised(Path file) throws IOException {
    byte[] window = new byte[WINDOW];
    int kept = 0;
    try (InputStream in = Files.newInputStream(file)) {
      while (true) {
        int read = in.readNBytes(window, kept, WINDOW - kept);
        int filled = kept + read;
        if (new String(window, 0, filled, StandardCharsets.ISO_8859_1).contains(QUANTISING)) {
          return true;
        }
        if (filled < WINDOW) {
          return false;
        }
        kept = QUANTISING.length();
        System.arraycopy(window, WINDOW - kept, window, 0, kept);
      }
    }
  }
}
