package dev.vectorkeeper.app.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/** A file that is replaced as a whole: whoever reads it meets the old text or the new one. */
final class WholeFile {
  private WholeFile() {}

  static void replace(Path directory, String name, String text) throws IOException {
    Path part = directory.resolve("." + name + "." + UUID.randomUUID() + ".part");
    try {
      Files.writeString(part, text);
      Files.move(
          part,
          directory.resolve(name),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
