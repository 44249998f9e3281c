package dev.vectorkeeper.app.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.access.Scope;
import dev.vectorkeeper.provider.remote.StrictVendorServer;
import dev.vectorkeeper.testing.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Searches over HTTP, and by bare SQL, at a steady rate beside a running backfill. */
@EnabledIfSystemProperty(
    named = "vectorkeeper.size",
    matches = "full",
    disabledReason = "It measures, and the suite shares the machine with itself.")
class SearchUnderLoadPgTest {
  private static final boolean FULL = "full".equals(System.getProperty("vectorkeeper.size"));
  private static final int A_SECOND = FULL ? 200 : 50;
  private static final int SECONDS = FULL ? 60 : 4;

  /** Both ways at a quarter of the rate, so that no cold start is measured. */
  private static final int WARM_SECONDS = FULL ? 10 : 2;

  private static final int ROWS = FULL ? 300_000 : 3_000;
  private static final int DIMENSIONS = 64;
  private static final int CALLERS = 16;
  private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)");

  /** One search; how it is done. */
  @FunctionalInterface
  private interface Way {
    void search(String vector) throws Exception;
  }

  private final Queue<Exception> failures = new ConcurrentLinkedQueue<>();
  private TestDatabase test;
  private List<String> vectors;

  @Test
  void searches_go_on_without_an_error_while_a_backfill_runs() throws Exception {
    try (StrictVendorServer vendor = StrictVendorServer.start("openai", DIMENSIONS);
        TestDatabase database = TestDatabase.create()) {
      test = database;
      vendor.latency(Duration.ofMillis(20));
      test.sql(
          "create table notes (id int primary key, body text)",
          "insert into notes select i, 'note ' || i from generate_series(1, %d) i"
              .formatted(ROWS / 10));
      try (Served served = Served.of(test, yaml(vendor), Map.of(), Map.of())) {
        served.awaitReady(1);
        vectors =
            test.column("select embedding::text from notes_remote_vectors order by id limit 200");
        String token = served.token("app", EnumSet.of(Scope.SEARCH));
        test.sql(
            "alter table notes disable trigger user",
            "insert into notes select i, 'more ' || i from generate_series(1000001, %d) i"
                .formatted(1_000_000 + ROWS));
        served.keeper().startBackfill("notes");
        Way overHttp = overHttp(served, token);
        Way bySql = bySql();
        searched(overHttp, A_SECOND / 4, WARM_SECONDS);
        searched(bySql, A_SECOND / 4, WARM_SECONDS);
        List<Double> http = searched(overHttp, A_SECOND, SECONDS);
        long running = running();
        List<Double> bare = searched(bySql, A_SECOND, SECONDS);
        System.out.printf(
            "%d searches a second for %d s beside a backfill (%s, %s afterwards): p95 %.1f ms over HTTP, %.1f ms by bare SQL beside the same%n",
            A_SECOND,
            SECONDS,
            running > 0 ? "running to the end" : "it ended before",
            running() > 0 ? "running" : "done",
            p95(http),
            p95(bare));
        assertThat(failures).isEmpty();
        assertThat(http).hasSize(A_SECOND * SECONDS);
        await().atMost(Duration.ofMinutes(15)).until(() -> running() == 0);
        assertThat(test.number("select count(*) from notes_remote_vectors"))
            .isEqualTo(ROWS + ROWS / 10);
      }
    }
  }

  private static String yaml(StrictVendorServer vendor) {
    return """
        profiles:
          remote: {provider: openai, model: %s, dimensions: %d, api-key: %s, base-url: "%s"}
        sources:
          notes: {table: notes, text: body, collections: [remote]}
        server: {port: 0}
        """
        .formatted(vendor.model(), DIMENSIONS, StrictVendorServer.KEY, vendor.baseUrl());
  }

  private long running() {
    return test.number("select count(*) from vectorkeeper.backfill where state = 'running'");
  }

  /**
   * Kept connections, as many as the sessions of the other way, so that the callers cost little.
   */
  private static Way overHttp(Served served, String token) throws IOException {
    URI address = URI.create(served.address());
    BlockingQueue<Socket> connections = new ArrayBlockingQueue<>(CALLERS);
    for (int i = 0; i < CALLERS; i++) {
      connections.add(new Socket(address.getHost(), address.getPort()));
    }
    return vector -> {
      Socket connection = connections.take();
      try {
        String body = "{\"k\": 10, \"vector\": " + vector + "}";
        connection
            .getOutputStream()
            .write(
                "POST /v1/sources/notes/search HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                    .formatted(token, body.length(), body)
                    .getBytes(StandardCharsets.US_ASCII));
        String answer = answer(connection.getInputStream());
        if (!answer.startsWith("HTTP/1.1 200") || !answer.contains("[{")) {
          throw new IllegalStateException(answer);
        }
      } finally {
        connections.add(connection);
      }
    };
  }

  private static String answer(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IllegalStateException("the connection ended after " + head);
      }
      head.append((char) next);
    }
    Matcher length = LENGTH.matcher(head);
    int rest = length.find() ? Integer.parseInt(length.group(1)) : 0;
    return head + new String(in.readNBytes(rest), StandardCharsets.UTF_8);
  }

  private Way bySql() throws Exception {
    BlockingQueue<Connection> sessions = new ArrayBlockingQueue<>(CALLERS);
    for (int i = 0; i < CALLERS; i++) {
      sessions.add(test.session());
    }
    return vector -> {
      Connection session = sessions.take();
      try (PreparedStatement statement =
          session.prepareStatement(
              "select m.id, m.similarity, n.body from match_notes(cast(? as vector), null, 10) m left join notes n using (id)")) {
        statement.setString(1, vector);
        try (ResultSet rows = statement.executeQuery()) {
          if (!rows.next()) {
            throw new IllegalStateException("nothing found");
          }
        }
      } finally {
        sessions.add(session);
      }
    };
  }

  /** Begins searches at a steady rate, whether those before have ended or not. */
  private List<Double> searched(Way way, int aSecond, int seconds) throws InterruptedException {
    int count = aSecond * seconds;
    List<Double> took = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch done = new CountDownLatch(count);
    ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    ExecutorService callers = Executors.newCachedThreadPool();
    for (int i = 0; i < count; i++) {
      String vector = vectors.get(i % vectors.size());
      clock.schedule(
          () ->
              callers.execute(
                  () -> {
                    long started = System.nanoTime();
                    try {
                      way.search(vector);
                      took.add((System.nanoTime() - started) / 1e6);
                    } catch (Exception e) {
                      failures.add(e);
                    } finally {
                      done.countDown();
                    }
                  }),
          i * 1_000_000L / aSecond,
          TimeUnit.MICROSECONDS);
    }
    done.await();
    clock.shutdownNow();
    callers.shutdownNow();
    return took;
  }

  private static double p95(List<Double> times) {
    List<Double> sorted = times.stream().sorted().toList();
    return sorted.get((int) (sorted.size() * 0.95));
  }
}
