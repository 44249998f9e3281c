package dev.vectorkeeper.postgres.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What {@code postmaster.pid} says of a server. Its lines are those of PostgreSQL's {@code
 * pidfile.h}: process id, data directory, start, port, socket directory, address, memory key,
 * status.
 *
 * @param pid of the server that wrote the file, which may be dead by now
 * @param port that it listens on, 0 while that is not known
 * @param status {@code starting}, {@code ready} or {@code stopping}
 */
record PostmasterFile(Path path, long pid, int port, String status) {

  private static final int PORT_LINE = 3;
  private static final int STATUS_LINE = 7;
  // No system hands out a process id this high; PostgreSQL reads it as a server that has died.
  private static final String NOBODYS_PID = String.valueOf(Integer.MAX_VALUE);

  /** Reads the file, or nothing where there is none or it is still being written. */
  static Optional<PostmasterFile> read(ClusterDirectory directory) {
    Path path = directory.postmasterFile();
    try {
      List<String> lines = Files.readAllLines(path, StandardCharsets.ISO_8859_1);
      if (lines.isEmpty()) {
        return Optional.empty();
      }
      long pid = Long.parseLong(lines.get(0).strip());
      int port = lines.size() > PORT_LINE ? Integer.parseInt(lines.get(PORT_LINE).strip()) : 0;
      String status = lines.size() > STATUS_LINE ? lines.get(STATUS_LINE).strip() : "starting";
      return Optional.of(new PostmasterFile(path, pid, port, status));
    } catch (NoSuchFileException | NumberFormatException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw Failures.unusable(directory.root(), path + " could not be read", e);
    }
  }

  boolean isReady() {
    return status.equals("ready");
  }

  /** Whether any process bears the process id now, be it a server or not. */
  boolean isPidTaken() {
    return ProcessHandle.of(pid).isPresent();
  }

  /** Whether the server lives: a process with that id, started for that cluster. */
  boolean isServerOf(Path cluster) {
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().arguments())
        .map(arguments -> Arrays.asList(arguments).contains(cluster.toString()))
        .orElse(false);
  }

  /**
   * Takes a process id that now belongs to a stranger out of the file. The memory key stays, with
   * which PostgreSQL recognises sessions that outlived a killed server.
   */
  void disownPid() throws IOException {
    String content = Files.readString(path, StandardCharsets.ISO_8859_1);
    String disowned = NOBODYS_PID + content.substring(content.indexOf('\n'));
    Set<OpenOption> options =
        Set.of(
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING,
            LinkOption.NOFOLLOW_LINKS);
    try (SeekableByteChannel channel = Files.newByteChannel(path, options)) {
      channel.write(ByteBuffer.wrap(disowned.getBytes(StandardCharsets.ISO_8859_1)));
    }
  }
}
