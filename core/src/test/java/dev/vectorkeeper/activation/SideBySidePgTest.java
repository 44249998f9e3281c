package dev.vectorkeeper.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.StoredVectors;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.testing.TwoSpaces;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Two profiles on one table with a writer that inserts, updates and deletes throughout, and workers
 * that are killed in the middle of it: both are complete and right in the end.
 */
@EnabledIfSystemProperty(
    named = "vectorkeeper.size",
    matches = "full",
    disabledReason =
        "It takes its time; kills and two profiles are tested apart from each other at small size.")
class SideBySidePgTest {
  private static final int ROWS =
      "full".equals(System.getProperty("vectorkeeper.size")) ? 20_000 : 1_500;
  private static final int KILLS = 5;

  private final AtomicBoolean stopping = new AtomicBoolean();
  private final AtomicInteger written = new AtomicInteger();

  /** Not the common pool's, which a process that ends needs to say so. */
  private final ExecutorService thread = Executors.newSingleThreadExecutor();

  @AfterEach
  void stop() {
    thread.shutdownNow();
  }

  @Test
  void both_are_complete_whoever_is_killed() throws IOException {
    try (TestDatabase test = TestDatabase.create()) {
      test.sql(
          "create table entries (id bigint primary key, body text)",
          "insert into entries select g, 'body ' || g from generate_series(1, %d) g"
              .formatted(ROWS));
      new TwoSpaces(test, KilledWorker.provider("old", 64), KilledWorker.provider("new", 96))
          .apply("  entries: {table: entries, text: body, collections: [old, new]}\n");
      CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> write(test), thread);
      Process[] workers = {child(test), child(test)};
      try {
        for (int kill = 0; kill < KILLS; kill++) {
          long stored = stored(test) + ROWS / 10;
          await()
              .pollInterval(Duration.ofMillis(20))
              .until(() -> stored(test) >= Math.min(stored, 2L * ROWS) || writer.isDone());
          workers[kill % 2].destroyForcibly().onExit().join();
          workers[kill % 2] = child(test);
        }
        await().pollInterval(Duration.ofMillis(100)).until(() -> running(test) == 0);
        stopping.set(true);
        writer.join();
        await()
            .pollInterval(Duration.ofMillis(100))
            .until(() -> waiting(test) == 0 && running(test) == 0);
      } finally {
        stopping.set(true);
        for (Process worker : workers) {
          worker.destroyForcibly().onExit().join();
        }
      }
      System.out.printf(
          "%,d rows under two profiles, %,d writes meanwhile, %d workers killed%n",
          ROWS, written.get(), KILLS);
      assertComplete(test, "old", KilledWorker.provider("old", 64));
      assertComplete(test, "new", KilledWorker.provider("new", 96));
    }
  }

  private static void assertComplete(TestDatabase test, String profile, ScriptedProvider provider) {
    assertThat(
            test.column(
                "select vectorkeeper.coverage_percent(n.eligible, n.embedded, n.dead) = 100 and n.dead = 0"
                    + " from vectorkeeper.collection c join vectorkeeper.profile p using (profile_id),"
                    + " vectorkeeper.count_collection(c.collection_id) n where p.name = '"
                    + profile
                    + "'"))
        .containsExactly("t");
    Map<String, float[]> stored = StoredVectors.of(test, "entries_" + profile + "_vectors", "id");
    List<String> rows = test.column("select id || ' ' || body from entries");
    assertThat(stored).hasSameSizeAs(rows);
    for (String row : rows) {
      int space = row.indexOf(' ');
      assertThat(stored.get(row.substring(0, space)))
          .as(row)
          .containsExactly(provider.vector(row.substring(space + 1)));
    }
  }

  private static long stored(TestDatabase test) {
    return test.number("select count(*) from entries_embeddings");
  }

  private static long running(TestDatabase test) {
    return test.number("select count(*) from vectorkeeper.backfill where state = 'running'");
  }

  private static long waiting(TestDatabase test) {
    return test.number(
        "select (select count(*) from vectorkeeper.change_1) + (select count(*) from vectorkeeper.claim)"
            + " + (select count(*) from vectorkeeper.retry)");
  }

  private void write(TestDatabase test) {
    Random random = new Random(3);
    try (Connection session = test.session();
        Statement statement = session.createStatement()) {
      while (!stopping.get()) {
        int id = 1 + random.nextInt(ROWS);
        int n = written.incrementAndGet();
        statement.execute(
            switch (n % 4) {
              case 0 -> "delete from entries where id = " + id;
              case 1 -> "insert into entries values (%d, 'added %d')".formatted(1_000_000 + n, n);
              default -> "update entries set body = 'changed %d' where id = %d".formatted(n, id);
            });
        LockSupport.parkNanos(3_000_000);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Process child(TestDatabase test) throws IOException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            KilledWorker.class.getName());
    builder.environment().put("CLASSPATH", classPath);
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    Process child = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    PrintStream in = new PrintStream(child.getOutputStream(), true, StandardCharsets.UTF_8);
    in.println(test.url().jdbcUrl());
    in.println(test.url().properties().getProperty("user"));
    in.println(test.url().properties().getProperty("password"));
    return child;
  }
}
