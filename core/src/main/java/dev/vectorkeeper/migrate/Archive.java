package dev.vectorkeeper.migrate;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.postgresql.PGConnection;

/** Writes a collection's table to a file, as CSV with a heading, compressed. */
final class Archive {
  private final Database database;

  Archive(Database database) {
    this.database = database;
  }

  /**
   * Writes it; the file is there as a whole or not at all.
   *
   * @return what was written, for people
   * @throws VectorkeeperException VK-M10 when that is not possible
   */
  String write(Collection collection, Path file) {
    Path whole = file.toAbsolutePath();
    Path part = whole.resolveSibling(whole.getFileName() + ".part");
    try {
      long rows = copy(collection, part);
      Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return String.format(
          Locale.ROOT, "%,d vectors written to %s (%,d bytes)", rows, file, Files.size(whole));
    } catch (IOException | SQLException e) {
      part.toFile().delete();
      VectorkeeperException impossible =
          impossible(collection, file, String.valueOf(e.getMessage()));
      impossible.initCause(e);
      throw impossible;
    }
  }

  /** Fails with VK-M10 where there is a file that is not to be written over. */
  void requireFree(Collection collection, Path file, boolean own) {
    if (!own && Files.exists(file)) {
      throw impossible(collection, file, "there is a file of that name already");
    }
  }

  private static VectorkeeperException impossible(Collection collection, Path file, String why) {
    return new VectorkeeperException(
        "VK-M10",
        "The vectors of %s could not be written to %s: %s. Nothing was dropped."
            .formatted(collection, file, why));
  }

  private long copy(Collection collection, Path part) throws IOException, SQLException {
    long rows;
    try (Connection session = database.dedicatedSession();
        OutputStream out = new GZIPOutputStream(Files.newOutputStream(part))) {
      rows =
          session
              .unwrap(PGConnection.class)
              .getCopyAPI()
              .copyOut(
                  "copy (select * from "
                      + collection.table().sql()
                      + ") to stdout with (format csv, header)",
                  out);
    }
    // What is dropped next must not be lost with the page cache.
    try (FileChannel written = FileChannel.open(part, StandardOpenOption.WRITE)) {
      written.force(true);
    }
    return rows;
  }
}
