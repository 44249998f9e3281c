package dev.vectorkeeper.app.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;

/**
 * Sees that the caller of a long operation has gone, so that it can be ended. Jetty does not read
 * from a connection whose request it has handed out; this looks whether its end has come. Bytes
 * that the caller sent ahead, which is the next request, are handed back to the connection.
 */
final class ClientWatch implements BooleanSupplier, AutoCloseable {
  private static final long EVERY = TimeUnit.MILLISECONDS.toNanos(250);

  private final EndPoint endPoint;
  private final Connection connection;
  private final ByteBuffer ahead = ByteBuffer.allocate(1);
  private long looked = System.nanoTime();
  private boolean gone;
  private boolean sentAhead;
  private boolean closed;

  private ClientWatch(Request request) {
    this.connection = request.getConnectionMetaData().getConnection();
    this.endPoint = connection.getEndPoint();
  }

  /** Watches the caller of a request whose body has been read. */
  static ClientWatch of(jakarta.servlet.http.HttpServletRequest request) {
    return new ClientWatch(ServletContextRequest.getServletContextRequest(request));
  }

  /** Whether the caller has gone; looked at a few times a second, however often it is asked. */
  @Override
  public synchronized boolean getAsBoolean() {
    if (!closed && !gone && !sentAhead && System.nanoTime() - looked > EVERY) {
      looked = System.nanoTime();
      look();
    }
    return gone;
  }

  private void look() {
    try {
      ahead.clear().limit(0);
      int read = endPoint.fill(ahead);
      gone = read < 0 || !endPoint.isOpen();
      if (read > 0) {
        sentAhead = true;
        if (connection instanceof Connection.UpgradeTo buffered) {
          buffered.onUpgradeTo(ahead);
        }
      }
    } catch (IOException e) {
      gone = true;
    }
  }

  /** Looks no more: the connection is Jetty's again. */
  @Override
  public synchronized void close() {
    closed = true;
  }
}
