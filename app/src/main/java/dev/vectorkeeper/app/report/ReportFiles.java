package dev.vectorkeeper.app.report;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.verify.VerificationReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes a report's files into a directory, which is made where it is missing. */
public final class ReportFiles {
  private ReportFiles() {}

  /**
   * Writes {@code verification.json}, {@code verification.md} and {@code verification.html}.
   *
   * @throws VectorkeeperException VK-R01 when a file cannot be written
   */
  public static void write(Path directory, VerificationReport report) {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("verification.json", Json.of(report) + "\n");
    files.put("verification.md", VerificationMarkdown.of(report));
    files.put("verification.html", VerificationPage.of(report));
    write(directory, files);
  }

  /** Writes files by their names. */
  static void write(Path directory, Map<String, String> files) {
    try {
      Files.createDirectories(directory);
      for (Map.Entry<String, String> file : files.entrySet()) {
        Files.writeString(directory.resolve(file.getKey()), file.getValue());
      }
    } catch (IOException e) {
      throw new VectorkeeperException(
          "VK-R01",
          "The report could not be written into %s: %s. Name a directory that you may write to."
              .formatted(directory, e.getMessage()),
          e);
    }
  }
}
