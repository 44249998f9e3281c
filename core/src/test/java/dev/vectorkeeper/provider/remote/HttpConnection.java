package dev.vectorkeeper.provider.remote;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/** The server's end of a connection of HTTP/1.1: as much of it as a test needs. */
final class HttpConnection implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  HttpConnection(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    this.out = socket.getOutputStream();
  }

  record Request(String method, String target, Map<String, String> headers, byte[] body) {}

  boolean isOpen() {
    return !socket.isClosed();
  }

  /** The next request, or null when the client has closed the connection. */
  Request read() throws IOException {
    String line = readLine();
    if (line == null) {
      return null;
    }
    Map<String, String> headers = new TreeMap<>();
    for (String header = readLine(); header != null && !header.isEmpty(); header = readLine()) {
      int colon = header.indexOf(':');
      headers.put(
          header.substring(0, colon).toLowerCase(Locale.ROOT), header.substring(colon + 1).strip());
    }
    byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
    String[] parts = line.split(" ");
    return new Request(parts[0], parts[1], headers, body);
  }

  private String readLine() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        return null;
      }
      line.append((char) c);
    }
    return line.toString().stripTrailing();
  }

  void send(int status, List<String> headers, byte[] body) throws IOException {
    sendHead(status, headers, body.length);
    out.write(body);
    out.flush();
  }

  void sendHead(int status, List<String> headers, long length) throws IOException {
    StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Status\r\n");
    head.append("content-type: application/json\r\ncontent-length: ").append(length);
    headers.forEach(header -> head.append("\r\n").append(header));
    out.write(head.append("\r\n\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  void sendPart(byte[] part) throws IOException {
    out.write(part);
    out.flush();
  }

  /** Waits without giving up early, unless the server is stopped. */
  void pause(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
      if (Thread.currentThread().isInterrupted()) {
        return;
      }
    }
  }

  /** Waits until the client has gone away. */
  void hang() throws IOException {
    while (in.read() >= 0) {
      // Whatever it still says is not listened to.
    }
  }

  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
