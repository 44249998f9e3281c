package dev.vectorkeeper.provider.local;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

/**
 * A native library in a jar, and its copy on disk. The copy's folder is named after the content's
 * checksum, so that two versions never mix, and the content is checked before every use.
 *
 * @param resource the library in its jar
 * @param name the file's name, which the system's loader knows it by
 * @param checksum the CRC-32 of the content
 */
record NativeFile(URL resource, String name, long checksum) {
  private static final String UNFINISHED = ".unfinished";
  private static final String LOCK = ".lock";

  static NativeFile of(URL resource) throws IOException {
    String path = resource.getPath();
    return new NativeFile(resource, path.substring(path.lastIndexOf('/') + 1), checksum(resource));
  }

  /** Makes sure that the folder has the file, whole; safe with other processes that do the same. */
  Path unpackInto(Path folder) throws IOException {
    Path file = folder.resolve(name);
    if (isWhole(file)) {
      return file;
    }
    Files.createDirectories(folder);
    try (FileChannel lock =
        FileChannel.open(
            folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      lock.lock();
      if (!isWhole(file)) {
        replace(file);
      }
    }
    return file;
  }

  private void replace(Path file) throws IOException {
    // A killed process may have left it; the lock is held, so that nobody is at work on it.
    Path unfinished = file.resolveSibling(name + UNFINISHED);
    try (InputStream in = resource.openStream()) {
      Files.copy(in, unfinished, StandardCopyOption.REPLACE_EXISTING);
    }
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    if (!isWhole(file)) {
      throw new IOException("what was written to " + file + " reads back differently");
    }
  }

  private boolean isWhole(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      return checksum(in) == checksum;
    }
  }

  private static long checksum(URL resource) throws IOException {
    URLConnection connection = resource.openConnection();
    if (connection instanceof JarURLConnection jar) {
      long known = jar.getJarEntry().getCrc();
      if (known != -1) {
        return known;
      }
    }
    try (InputStream in = resource.openStream()) {
      return checksum(in);
    }
  }

  private static long checksum(InputStream in) throws IOException {
    CheckedInputStream checked = new CheckedInputStream(in, new CRC32());
    byte[] buffer = new byte[1 << 16];
    while (checked.read(buffer) >= 0) {
      // Reading is what computes the checksum.
    }
    return checked.getChecksum().getValue();
  }
}
