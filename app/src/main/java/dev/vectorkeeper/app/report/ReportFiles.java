package dev.vectorkeeper.app.report;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.verify.Validation;
import dev.vectorkeeper.verify.VerificationReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes a report's files into a directory, which is made where it is missing. None of them holds a
 * secret or a row's text.
 */
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

  /** Writes these with {@code emb_validation.json} and {@code emb_validation.md}. */
  public static void write(Path directory, Validation validation) {
    write(directory, validation.report());
    write(directory, new ValidationReport(validation).files());
  }

  /** Writes {@code emb_table_create.sql} and {@code emb_table_create.md}. */
  public static void write(Path directory, ApplyReport report) {
    write(directory, report.files());
  }

  /** Writes {@code emb_backfill.json} and {@code emb_backfill.md}. */
  public static void write(Path directory, BackfillReport report) {
    write(directory, report.files());
  }

  /** Writes {@code emb_sync_schedule.md}. */
  public static void write(Path directory, SchedulesReport report) {
    write(directory, report.files());
  }

  /** Writes {@code emb_sync_test.json}. */
  public static void write(Path directory, SyncTest test) {
    write(directory, test.files());
  }

  /** Writes files by their names. */
  private static void write(Path directory, Map<String, String> files) {
    try {
      Files.createDirectories(directory);
      for (Map.Entry<String, String> file : files.entrySet()) {
        WholeFile.replace(directory, file.getKey(), file.getValue());
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
