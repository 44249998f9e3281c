package dev.vectorkeeper.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.provider.Vectors;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.StoredVectors;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.testing.TwoSpaces;
import dev.vectorkeeper.worker.Worker;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A model is changed, changed back, changed again and its old vectors dropped, under writers and
 * searchers that never stop. Nobody may get an error or a vector of the wrong space.
 */
class MigrationUnderLoadPgTest {
  private static final boolean FULL = "full".equals(System.getProperty("vectorkeeper.size"));
  private static final int ROWS = FULL ? 20_000 : 2_000;
  private static final int CLIENTS = FULL ? 20 : 4;
  private static final int OLD = FULL ? 768 : 48;
  private static final int NEW = FULL ? 1_536 : 64;
  private static final String SOURCES =
      "  entries: {table: entries, text: body, collections: [old]}\n";

  private final ScriptedProvider old = new ScriptedProvider(OLD, 500, "old").within(16);
  private final ScriptedProvider other = new ScriptedProvider(NEW, 500, "new").within(16);
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final AtomicInteger writes = new AtomicInteger();
  private final AtomicInteger searches = new AtomicInteger();
  private final AtomicLong longestWrite = new AtomicLong();
  private final AtomicLong longestSearch = new AtomicLong();

  /** At full size the index of 20,000 vectors is built beside forty clients on two processors. */
  @Test
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void nobody_notices() throws SQLException {
    try (TestDatabase test = TestDatabase.create()) {
      test.sql(
          "create table entries (id bigint primary key, body text)",
          "insert into entries select g, 'body ' || g from generate_series(1, " + ROWS + ") g");
      TwoSpaces spaces = new TwoSpaces(test, old, other);
      spaces.apply(SOURCES);
      spaces.drain();
      ExecutorService threads = Executors.newCachedThreadPool();
      List<CompletableFuture<Void>> clients = new ArrayList<>();
      try (Worker worker = spaces.worker()) {
        for (int i = 0; i < CLIENTS; i++) {
          clients.add(CompletableFuture.runAsync(() -> write(test), threads));
          clients.add(CompletableFuture.runAsync(() -> search(test), threads));
        }
        migrate(spaces, clients);
        stopping.set(true);
        clients.forEach(CompletableFuture::join);
        await()
            .pollInterval(Duration.ofMillis(50))
            .until(
                () ->
                    test.number(
                            "select (select count(*) from vectorkeeper.change_1) + (select count(*) from vectorkeeper.claim join vectorkeeper.collection c using (collection_id) where c.state <> 'retired')")
                        == 0);
      } finally {
        stopping.set(true);
        threads.shutdownNow();
      }
      assertRight(test);
    }
  }

  private void migrate(TwoSpaces spaces, List<CompletableFuture<Void>> clients) {
    Migrator migrator = spaces.migrator(SOURCES, MigrationListener.NONE);
    letThemWork(clients);
    migrator.run("entries", "new", MigrationOptions.DEFAULT, MigrationState.READY);
    say("until verified", clients);
    migrator.cutover("entries", MigrationOptions.DEFAULT, false);
    say("cutover", clients);
    migrator.rollback("entries", MigrationOptions.DEFAULT, false);
    say("rollback", clients);
    migrator.cutover("entries", MigrationOptions.DEFAULT, false);
    say("second cutover", clients);
    migrator.retire("entries", MigrationOptions.DEFAULT.forced(), false);
    say("retire", clients);
  }

  /** Prints the longest stalls since the last time, then lets each client go on for a while. */
  private void say(String step, List<CompletableFuture<Void>> clients) {
    letThemWork(clients);
    System.out.printf(
        "%s: %,d writes, %,d searches, longest write %d ms, longest search %d ms%n",
        step,
        writes.get(),
        searches.get(),
        longestWrite.getAndSet(0) / 1_000_000,
        longestSearch.getAndSet(0) / 1_000_000);
  }

  private void letThemWork(List<CompletableFuture<Void>> clients) {
    int written = writes.get();
    int searched = searches.get();
    while ((writes.get() < written + 5 * CLIENTS || searches.get() < searched + 5 * CLIENTS)
        && clients.stream().noneMatch(CompletableFuture::isDone)) {
      LockSupport.parkNanos(5_000_000);
    }
    clients.stream().filter(CompletableFuture::isDone).forEach(CompletableFuture::join);
  }

  private void write(TestDatabase test) {
    long own = 1_000_000L * ThreadLocalRandom.current().nextLong(2, 1_000_000);
    try (Connection session = test.session();
        PreparedStatement insert = session.prepareStatement("insert into entries values (?, ?)");
        PreparedStatement update =
            session.prepareStatement("update entries set body = ? where id = ?");
        PreparedStatement delete = session.prepareStatement("delete from entries where id = ?")) {
      for (long n = 0; !stopping.get(); n++) {
        long start = System.nanoTime();
        insert.setLong(1, own + n);
        insert.setString(2, "added " + own + " " + n);
        insert.execute();
        // The upper half is left alone, so that its vectors are known.
        update.setString(1, "changed " + n);
        update.setLong(2, 1 + ThreadLocalRandom.current().nextInt(ROWS / 2));
        update.execute();
        delete.setLong(1, own + n - 3);
        delete.execute();
        took(longestWrite, start);
        writes.incrementAndGet();
        LockSupport.parkNanos(FULL ? 1_000_000_000 : 10_000_000);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** As an application does: asks which model is active, and searches with its vector. */
  private void search(TestDatabase test) {
    try (Connection session = test.session();
        Statement active = session.createStatement();
        PreparedStatement match =
            session.prepareStatement(
                "select id, profile, similarity from match_entries(cast(? as vector), collection => ?)")) {
      while (!stopping.get()) {
        String profile;
        try (ResultSet row = active.executeQuery("select profile from embedding_settings")) {
          row.next();
          profile = row.getString(1);
        }
        long id = ThreadLocalRandom.current().nextInt(ROWS / 2 + 1, ROWS);
        ScriptedProvider provider = Map.of("old", old, "new", other).get(profile);
        float[] query = provider.vector("body " + id);
        match.setString(1, Arrays.toString(query));
        match.setString(2, profile);
        long start = System.nanoTime();
        try (ResultSet row = match.executeQuery()) {
          assertThat(row.next()).isTrue();
          do {
            assertThat(row.getString(2)).isEqualTo(profile);
            long found = row.getLong(1);
            // Rows of the upper half have the vectors that this space gives their texts.
            if (found > ROWS / 2 && found <= ROWS) {
              assertThat(row.getDouble(3))
                  .isCloseTo(Vectors.cosine(query, provider.vector("body " + found)), within(1e-4));
            }
          } while (row.next());
        }
        took(longestSearch, start);
        searches.incrementAndGet();
        LockSupport.parkNanos(FULL ? 200_000_000 : 10_000_000);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void took(AtomicLong longest, long start) {
    longest.accumulateAndGet(System.nanoTime() - start, Math::max);
  }

  private void assertRight(TestDatabase test) {
    Map<String, float[]> stored = StoredVectors.of(test, "entries_new_vectors", "id");
    List<String> rows = test.column("select id || ' ' || body from entries");
    assertThat(stored).hasSameSizeAs(rows);
    for (String row : rows) {
      int space = row.indexOf(' ');
      assertThat(stored.get(row.substring(0, space)))
          .as(row)
          .containsExactly(other.vector(row.substring(space + 1)));
    }
  }
}
