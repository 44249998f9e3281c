package dev.vectorkeeper.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.backfill.Backfills;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.StoredVectors;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.worker.StressWriter.Count;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/**
 * Everything at once: workers, backfills, writers on the same few keys, leases that are taken away
 * and a truncate. Afterwards, with nothing waiting, every vector is that of its row.
 */
class StressPgTest {
  private static final Duration LENGTH =
      Duration.ofSeconds("full".equals(System.getProperty("vectorkeeper.size")) ? 60 : 8);
  private static final int WRITERS = 6;

  private static final String END_LEASES =
      """
      update vectorkeeper.%1$s set expires_at = clock_timestamp()
      where ctid = any (array(select ctid from vectorkeeper.%1$s
        where random() < 0.3 and expires_at > clock_timestamp() for update skip locked))
      """;

  private final ScriptedProvider provider =
      new ScriptedProvider(8, 64)
          .before(texts -> LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(8_000_000)));
  private final AtomicIntegerArray counts = new AtomicIntegerArray(Count.values().length);
  private int stolen;
  private int backfills;

  @Test
  void nothing_is_wrong_stale_or_lost_under_stress() {
    try (TestDatabase test = TestDatabase.create();
        Database second = Database.open(test.url(), 8)) {
      test.sql("create table entries (id bigint primary key, body text)");
      Setup setup =
          Setup.apply(
              test, provider, "  entries: {table: entries, text: body, collections: [scripted]}\n");
      try (Worker one = setup.worker();
          Worker two = setup.worker(second)) {
        stress(test, setup);
        await()
            .pollInterval(Duration.ofMillis(200))
            .until(() -> setup.waiting() == 0 && backfillsRunning(test) == 0);
      }
      report(test);
      assertThat(setup.differences()).as("missing, stale and orphaned keys").isEmpty();
      assertThat(test.number("select count(*) from vectorkeeper.dead_letter")).isZero();
      assertVectors(test);
    }
  }

  private void stress(TestDatabase test, Setup setup) {
    long end = System.nanoTime() + LENGTH.toNanos();
    BooleanSupplier goesOn = () -> System.nanoTime() < end;
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      List<CompletableFuture<Void>> running = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        running.add(CompletableFuture.runAsync(new StressWriter(test, i, goesOn, counts), threads));
      }
      running.add(CompletableFuture.runAsync(() -> disturb(test, setup, goesOn), threads));
      CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).join();
    } finally {
      threads.shutdownNow();
    }
  }

  /** Starts backfills, ends leases before their time and empties the table once. */
  private void disturb(TestDatabase test, Setup setup, BooleanSupplier goesOn) {
    long half = System.nanoTime() + LENGTH.toNanos() / 2;
    boolean truncated = false;
    while (goesOn.getAsBoolean()) {
      backfills +=
          test.database()
              .jdbi()
              .inTransaction(handle -> new Backfills(setup.collection()).start(handle) ? 1 : 0);
      for (String table : List.of("claim", "backfill_range")) {
        stolen += test.database().jdbi().withHandle(h -> h.execute(END_LEASES.formatted(table)));
      }
      if (!truncated && System.nanoTime() > half) {
        test.sql("truncate entries");
        truncated = true;
      }
      LockSupport.parkNanos(Duration.ofMillis(30).toNanos());
    }
  }

  private static long backfillsRunning(TestDatabase test) {
    return test.number("select count(*) from vectorkeeper.backfill where state = 'running'")
        + test.number(
            "select count(*) from vectorkeeper.source s join vectorkeeper.collection c using (source_id)"
                + " where c.sweeps_done < s.sweeps_requested");
  }

  private void assertVectors(TestDatabase test) {
    Map<String, float[]> stored = StoredVectors.of(test, "entries_scripted_vectors", "id");
    List<String> rows = test.column("select id || '/' || body from entries where body <> ''");
    assertThat(stored).hasSize(rows.size()).isNotEmpty();
    for (String row : rows) {
      String[] parts = row.split("/");
      assertThat(stored.get(parts[0])).as(row).isEqualTo(provider.vector(parts[1]));
    }
  }

  private void report(TestDatabase test) {
    StringBuilder line = new StringBuilder("stress of " + LENGTH.toSeconds() + " s:");
    for (Count count : Count.values()) {
      line.append(' ').append(count.name().toLowerCase(java.util.Locale.ROOT)).append(' ');
      line.append(counts.get(count.ordinal())).append(',');
    }
    System.out.printf(
        "%s backfills %d, leases taken away %d, requests %d, vectors at the end %d%n",
        line,
        backfills,
        stolen,
        provider.requests(),
        test.number("select count(*) from entries_embeddings"));
  }
}
