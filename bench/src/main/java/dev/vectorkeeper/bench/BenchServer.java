package dev.vectorkeeper.bench;

import dev.vectorkeeper.postgres.DatabaseUrl;
import dev.vectorkeeper.postgres.embedded.EmbeddedPostgres;
import dev.vectorkeeper.postgres.embedded.EmbeddedSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The one PostgreSQL that both sides of every measurement run on: the server that
 * VECTORKEEPER_DATABASE_URL names, or an embedded cluster in a temporary directory, which goes with
 * the process. Writes are made durable as they would be in use.
 */
final class BenchServer implements AutoCloseable {
  private final DatabaseUrl url;
  private final @Nullable EmbeddedPostgres embedded;
  private final @Nullable Path directory;

  private BenchServer(
      DatabaseUrl url, @Nullable EmbeddedPostgres embedded, @Nullable Path directory) {
    this.url = url;
    this.embedded = embedded;
    this.directory = directory;
  }

  /** Starts the embedded cluster unless a server is given. */
  static BenchServer start() {
    String given = System.getenv("VECTORKEEPER_DATABASE_URL");
    if (given != null && !given.isBlank()) {
      return new BenchServer(DatabaseUrl.parse(given), null, null);
    }
    Path directory = reachableDirectory();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
    EmbeddedPostgres embedded =
        EmbeddedPostgres.start(new EmbeddedSettings(directory.resolve("data"), "bench"));
    DatabaseUrl url =
        DatabaseUrl.of(embedded.jdbcUrl(), embedded.user(), embedded.password().reveal());
    return new BenchServer(url, embedded, directory);
  }

  /** The server's user is another one when root runs this, and must be let through. */
  private static Path reachableDirectory() {
    try {
      Path directory = Files.createTempDirectory("vectorkeeper-bench-");
      return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A new database with pgvector in it, dropped when closed. */
  BenchDatabase database(String name) {
    return BenchDatabase.create(url, "vk_bench_" + ProcessHandle.current().pid() + "_" + name);
  }

  private static void delete(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException | UncheckedIOException e) {
      System.err.println(directory + " could not be removed");
    }
  }

  @Override
  public void close() {
    if (embedded != null) {
      embedded.close();
    }
    if (directory != null) {
      delete(directory);
    }
  }
}
