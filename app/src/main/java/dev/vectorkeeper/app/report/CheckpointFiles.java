package dev.vectorkeeper.app.report;

import dev.vectorkeeper.Json;
import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.backfill.Backfills;
import dev.vectorkeeper.backfill.Progress;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.queue.DeadLetters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that say how far backfills are, for those who watched files before. They are written only:
 * what a run goes on from stands in the database. Each is replaced as a whole.
 */
public final class CheckpointFiles implements AutoCloseable {
  /** How far each collection is. */
  public static final String CHECKPOINT = ".backfill-checkpoint.json";

  /** The rows that failed, with their keys and reasons. */
  public static final String FAILED = ".backfill-failed.json";

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointFiles.class);
  private static final long EVERY_MILLIS = 1_000;
  private static final int MOST_FAILURES = 10_000;

  /**
   * How far one collection is.
   *
   * @param at when that was
   */
  public record Checkpoint(
      String source, String profile, Optional<Progress> backfill, Instant at) {}

  private final Database database;
  private final List<Collection> collections;
  private final Path directory;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread = new Thread(this::watch, "vectorkeeper-checkpoint");

  private CheckpointFiles(Database database, List<Collection> collections, Path directory) {
    this.database = database;
    this.collections = collections;
    this.directory = directory;
    thread.setDaemon(true);
  }

  /**
   * Begins to write the files once a second, until closed.
   *
   * @throws VectorkeeperException VK-R01 when they cannot be written
   */
  public static CheckpointFiles start(
      Database database, List<Collection> collections, Path directory) {
    CheckpointFiles files = new CheckpointFiles(database, collections, directory);
    try {
      files.write();
    } catch (IOException e) {
      throw new VectorkeeperException(
          "VK-R01",
          "The checkpoint could not be written into %s: %s. Name a directory that you may write to."
              .formatted(directory, e.getMessage()),
          e);
    }
    files.thread.start();
    return files;
  }

  private void watch() {
    try {
      while (!closed.await(EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
        writeOrSay();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void writeOrSay() {
    try {
      write();
    } catch (IOException | RuntimeException e) {
      LOG.warn("The checkpoint could not be written into {}: {}", directory, e.getMessage());
    }
  }

  private void write() throws IOException {
    Files.createDirectories(directory);
    List<Checkpoint> checkpoints =
        collections.stream()
            .map(
                collection ->
                    new Checkpoint(
                        collection.source().name(),
                        collection.profile().name(),
                        database.jdbi().withHandle(new Backfills(collection)::progress),
                        Instant.now()))
            .toList();
    WholeFile.replace(directory, CHECKPOINT, Json.of(checkpoints) + "\n");
    DeadLetters letters = new DeadLetters(database.jdbi());
    WholeFile.replace(
        directory,
        FAILED,
        Json.of(
                collections.stream()
                    .map(collection -> collection.source().name())
                    .distinct()
                    .flatMap(source -> letters.list(source, MOST_FAILURES).stream())
                    .toList())
            + "\n");
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    writeOrSay();
  }
}
