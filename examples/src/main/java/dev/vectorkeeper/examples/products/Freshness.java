package dev.vectorkeeper.examples.products;

import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.examples.Stage;
import dev.vectorkeeper.provider.remote.Play;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** From a commit to the stored vector, and writers while the provider does not answer (P3). */
final class Freshness {
  private static final int WHILE_HANGING = 20;
  private static final long LOOK_NANOS = 2_000_000;

  private static final String WAITING =
      "select count(*) from products where embedding_text is not null and embedding is null";

  /** Sessions of the program that hold a transaction open without working. */
  private static final String OPEN =
      """
      select count(*) from pg_stat_activity
      where datname = current_database() and application_name = 'vectorkeeper' and state like 'idle in transaction%'
      """;

  private final Stage stage;
  private final Shop shop;
  private final Routes routes;
  private final Connection session;

  Freshness(Stage stage, Shop shop, Routes routes, Connection session) {
    this.stage = stage;
    this.shop = shop;
    this.routes = routes;
    this.session = session;
  }

  void run() throws Exception {
    double[] seconds = new double[stage.rows(24, 60)];
    settle();
    for (int i = 0; i < seconds.length; i++) {
      long key = shop.insert(session, 1).get(0);
      seconds[i] = secondsUntilEmbedded(key);
    }
    Arrays.sort(seconds);
    double p50 = seconds[seconds.length / 2];
    double p95 = seconds[(int) Math.ceil(seconds.length * 0.95) - 1];
    Hanging hanging = hanging();
    // The small run shares the machine with other tests, whose bursts are no delay of the worker's.
    double measured = stage.full() ? p95 : p50;
    stage.check(
        "P3",
        measured <= 1 && hanging.unanswered() == WHILE_HANGING,
        "commit to vector over %d inserts: p50 %.0f ms, p95 %.0f ms; %d inserts while the provider hung, %.0f ms at most"
            .formatted(
                seconds.length, p50 * 1e3, p95 * 1e3, WHILE_HANGING, hanging.slowestMillis()));
  }

  /** The first request opens connections and compiles. */
  private void settle() throws SQLException {
    for (int i = 0; i < 3; i++) {
      secondsUntilEmbedded(shop.insert(session, 1).get(0));
    }
  }

  private double secondsUntilEmbedded(long key) throws SQLException {
    long committed = System.nanoTime();
    try (PreparedStatement look =
        session.prepareStatement(
            "select embedding is not null from products where product_id_internal = ?")) {
      look.setLong(1, key);
      while (System.nanoTime() - committed < Duration.ofMinutes(2).toNanos()) {
        try (ResultSet row = look.executeQuery()) {
          if (row.next() && row.getBoolean(1)) {
            return (System.nanoTime() - committed) / 1e9;
          }
        }
        LockSupport.parkNanos(LOOK_NANOS);
      }
    }
    throw new IllegalStateException("product " + key + " was not embedded within two minutes");
  }

  /**
   * What writers met while the provider did not answer.
   *
   * @param unanswered rows that were committed meanwhile and had no vector yet
   * @param slowestMillis the insert that took longest
   */
  private record Hanging(long unanswered, double slowestMillis) {}

  private Hanging hanging() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    routes
        .openRouter()
        .script(
            request -> {
              reached.countDown();
              awaited(answer);
              return Play.ANSWER;
            });
    List<Double> millis = new ArrayList<>();
    Hanging seen;
    try {
      for (int i = 0; i < WHILE_HANGING; i++) {
        long start = System.nanoTime();
        shop.insert(session, 1);
        millis.add((System.nanoTime() - start) / 1e6);
        awaited(reached);
      }
      double slowest = millis.stream().mapToDouble(one -> one).max().orElse(0);
      // A transaction that lasted as long as the call would be seen at every look.
      await().until(() -> stage.number(OPEN) == 0);
      seen = new Hanging(stage.number(WAITING), slowest);
    } finally {
      routes.openRouter().script(request -> Play.ANSWER);
      answer.countDown();
    }
    await().until(() -> stage.number(WAITING) == 0);
    return seen;
  }

  private static void awaited(CountDownLatch latch) {
    try {
      if (!latch.await(2, TimeUnit.MINUTES)) {
        throw new IllegalStateException("nobody came within two minutes");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
