package dev.vectorkeeper.examples.products;

import dev.vectorkeeper.examples.Stage;
import dev.vectorkeeper.provider.remote.StrictVendorServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Looks again and again for the providers' key in the statements of all sessions of the server. */
final class KeyWatch implements AutoCloseable {
  private static final long EVERY_MILLIS = 100;

  private static final String LOOK =
      "select count(*) from pg_stat_activity where pid <> pg_backend_pid() and strpos(query, ?) > 0";

  private final Connection session;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicInteger looks = new AtomicInteger();
  private final AtomicInteger finds = new AtomicInteger();
  private final Thread thread = new Thread(this::run, "key-watch");

  KeyWatch(Stage stage) {
    this.session = stage.session();
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try (PreparedStatement look = session.prepareStatement(LOOK)) {
      look.setString(1, StrictVendorServer.KEY);
      while (!closed.await(EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
        try (ResultSet row = look.executeQuery()) {
          row.next();
          finds.addAndGet(row.getInt(1));
          looks.incrementAndGet();
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** How often it looked. */
  int looks() {
    return looks.get();
  }

  /** In how many statements it was seen. */
  int finds() {
    return finds.get();
  }

  @Override
  public void close() throws Exception {
    closed.countDown();
    thread.join();
    session.close();
  }
}
