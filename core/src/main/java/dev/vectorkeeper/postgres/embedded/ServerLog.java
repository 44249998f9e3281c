package dev.vectorkeeper.postgres.embedded;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** The server's log file: kept to 10 MB and one older file, looked at when a user arrives. */
final class ServerLog {

  private static final long MOST_BYTES = 10L << 20;
  private static final int TAIL_LINES = 20;

  private final ClusterDirectory directory;

  ServerLog(ClusterDirectory directory) {
    this.directory = directory;
  }

  /** Creates the file when missing, and moves what is too much into {@code server.log.1}. */
  void prepare(ClusterUser user) throws IOException {
    Path log = directory.logFile();
    if (!Files.exists(log)) {
      directory.createOwned(log, user);
    } else if (Files.size(log) > MOST_BYTES) {
      Path older = log.resolveSibling("server.log.1");
      Files.copy(
          log, older, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
      // A running server appends to the file that it has open, so that file itself is emptied.
      try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
        channel.truncate(0);
      }
    }
  }

  /** The size in bytes now, to name the start of what follows. */
  long size() {
    try {
      return Files.size(directory.logFile());
    } catch (IOException e) {
      return 0;
    }
  }

  /** The last lines of what was written after an earlier {@link #size()}. */
  String tailSince(long start) {
    try (SeekableByteChannel channel = Files.newByteChannel(directory.logFile())) {
      channel.position(start);
      byte[] bytes = Channels.newInputStream(channel).readAllBytes();
      List<String> lines = new String(bytes, StandardCharsets.UTF_8).lines().toList();
      return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    } catch (IOException e) {
      return "";
    }
  }
}
