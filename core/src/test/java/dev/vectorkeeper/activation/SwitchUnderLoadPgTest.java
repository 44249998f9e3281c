package dev.vectorkeeper.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.provider.Vectors;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.StoredVectors;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.testing.TwoSpaces;
import dev.vectorkeeper.worker.Worker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/**
 * Switches back and forth under a load that never stops: joins over the active view, searches,
 * writers with a worker behind them, a reader that holds the view open and a dump of the database.
 * Nobody may get an error, nothing, a row twice or a vector of the wrong space.
 */
class SwitchUnderLoadPgTest {
  private static final boolean FULL = "full".equals(System.getProperty("vectorkeeper.size"));
  private static final int ROWS = FULL ? 10_000 : 1_000;
  private static final int SWITCHES = FULL ? 50 : 12;
  private static final int READERS = 2;

  private final AtomicBoolean stopping = new AtomicBoolean();
  private final AtomicInteger joins = new AtomicInteger();
  private final AtomicInteger searches = new AtomicInteger();
  private final AtomicInteger ownFirst = new AtomicInteger();
  private final AtomicInteger missed = new AtomicInteger();
  private final AtomicInteger writes = new AtomicInteger();
  private final AtomicInteger dumps = new AtomicInteger();
  private final AtomicLong longestSearch = new AtomicLong();
  private final AtomicLong longestWrite = new AtomicLong();
  private final AtomicLong longestSwitch = new AtomicLong();

  @Test
  void between_two_dimensions_nothing_breaks() {
    run(
        new ScriptedProvider(64, 1_000, "old").within(16),
        new ScriptedProvider(96, 1_000, "new").within(16));
  }

  @Test
  void between_two_spaces_of_the_same_dimension_nothing_mixes() {
    int dimensions = FULL ? 1_024 : 64;
    run(
        new ScriptedProvider(dimensions, 1_000, "old").within(16),
        new ScriptedProvider(dimensions, 1_000, "new").within(16));
  }

  private void run(ScriptedProvider old, ScriptedProvider other) {
    try (TestDatabase test = TestDatabase.create()) {
      test.sql(
          "create table entries (id bigint primary key, body text)",
          "insert into entries select g, 'body ' || g from generate_series(1, %d) g"
              .formatted(ROWS));
      TwoSpaces spaces = new TwoSpaces(test, old, other);
      spaces.apply(
          "  entries: {table: entries, text: body, collections: [old, new], min-coverage: 95}\n");
      spaces.drain();
      try (Worker worker = spaces.worker()) {
        load(test, spaces, Map.of("old", old, "new", other));
        await().pollInterval(Duration.ofMillis(100)).until(() -> waiting(test) == 0);
      }
      report();
      assertThat(missed.get()).isLessThanOrEqualTo(ownFirst.get() / 100);
      assertSpaces(test, "old", old);
      assertSpaces(test, "new", other);
    }
  }

  private static long waiting(TestDatabase test) {
    return test.number(
        "select (select count(*) from vectorkeeper.change_1) + (select count(*) from vectorkeeper.claim)");
  }

  private static void assertSpaces(TestDatabase test, String profile, ScriptedProvider provider) {
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

  private void load(TestDatabase test, TwoSpaces spaces, Map<String, ScriptedProvider> providers) {
    ExecutorService threads = Executors.newCachedThreadPool();
    List<CompletableFuture<Void>> running = new ArrayList<>();
    try (Connection holder = test.session()) {
      holdOpen(holder);
      for (int i = 0; i < READERS; i++) {
        running.add(CompletableFuture.runAsync(() -> join(test), threads));
        running.add(CompletableFuture.runAsync(() -> search(test, providers), threads));
      }
      running.add(CompletableFuture.runAsync(() -> write(test), threads));
      running.add(CompletableFuture.runAsync(() -> dump(test), threads));
      for (int i = 0; i < SWITCHES; i++) {
        long start = System.nanoTime();
        spaces
            .activation()
            .run(
                new Activation.Request(
                    "entries",
                    java.util.Optional.of(i % 2 == 0 ? "new" : "old"),
                    java.util.Optional.empty(),
                    false,
                    false));
        took(longestSwitch, start);
        int seen = searches.get() + joins.get();
        while (searches.get() + joins.get() < seen + 8
            && running.stream().noneMatch(CompletableFuture::isDone)) {
          LockSupport.parkNanos(1_000_000);
        }
      }
      holder.rollback();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    } finally {
      stopping.set(true);
    }
    running.forEach(CompletableFuture::join);
    threads.shutdownNow();
  }

  private static void holdOpen(Connection holder) throws SQLException {
    holder.setAutoCommit(false);
    holder.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    try (PreparedStatement statement =
        holder.prepareStatement("select * from entries_embeddings_active")) {
      statement.setFetchSize(10);
      ResultSet rows = statement.executeQuery();
      assertThat(rows.next()).isTrue();
    }
  }

  private void join(TestDatabase test) {
    String query =
        "select e.id, a.profile, a.dimensions, vector_dims(a.embedding) from entries e"
            + " join entries_embeddings_active a using (id) where e.id between ? and ? + 30";
    loop(
        test,
        query,
        statement -> {
          long from = 1 + ThreadLocalRandom.current().nextInt(ROWS - 40);
          statement.setLong(1, from);
          statement.setLong(2, from);
          Set<Long> ids = new HashSet<>();
          Set<String> profiles = new HashSet<>();
          try (ResultSet row = statement.executeQuery()) {
            while (row.next()) {
              assertThat(ids.add(row.getLong(1))).as("row %d once", row.getLong(1)).isTrue();
              profiles.add(row.getString(2));
              assertThat(row.getInt(4)).isEqualTo(row.getInt(3));
            }
          }
          assertThat(ids).isNotEmpty();
          assertThat(profiles).hasSize(1);
          joins.incrementAndGet();
        });
  }

  /** Rows in the upper half are never written to, so that their vectors are known. */
  private void search(TestDatabase test, Map<String, ScriptedProvider> providers) {
    loop(
        test,
        "select id, profile, similarity from match_entries(cast(? as vector), collection => ?)",
        statement -> {
          long id = ThreadLocalRandom.current().nextInt(ROWS / 2 + 1, ROWS);
          String profile = ThreadLocalRandom.current().nextBoolean() ? "old" : "new";
          float[] query = providers.get(profile).vector("body " + id);
          statement.setString(1, Arrays.toString(query));
          statement.setString(2, profile);
          long start = System.nanoTime();
          try (ResultSet row = statement.executeQuery()) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(2)).isEqualTo(profile);
            long found = row.getLong(1);
            if (found > ROWS / 2 && found <= ROWS) {
              float[] stored = providers.get(profile).vector("body " + found);
              assertThat(row.getDouble(3))
                  .isCloseTo(Vectors.cosine(query, stored), Offset.offset(1e-4));
            }
            // The index is approximate, and random vectors of many dimensions are its worst case.
            (found == id ? ownFirst : missed).incrementAndGet();
          }
          took(longestSearch, start);
          searches.incrementAndGet();
        });
  }

  private void write(TestDatabase test) {
    AtomicInteger number = new AtomicInteger();
    loop(
        test,
        "with changed as (update entries set body = ? where id = ?), gone as (delete from entries where id = ?)"
            + " insert into entries values (?, ?)",
        statement -> {
          int n = number.incrementAndGet();
          statement.setString(1, "changed " + n);
          statement.setLong(2, 1 + ThreadLocalRandom.current().nextInt(ROWS / 2));
          statement.setLong(3, 1_000_000L + n - 20);
          statement.setLong(4, 1_000_000L + n);
          statement.setString(5, "added " + n);
          long start = System.nanoTime();
          statement.execute();
          took(longestWrite, start);
          writes.incrementAndGet();
          LockSupport.parkNanos(3_000_000);
        });
  }

  private void dump(TestDatabase test) {
    String program =
        test.number("select current_setting('server_version_num')::int / 10000") + "/bin/pg_dump";
    Properties user = test.url().properties();
    String address = test.url().jdbcUrl().substring("jdbc:".length());
    do {
      ProcessBuilder builder =
          new ProcessBuilder(
              "/usr/lib/postgresql/" + program,
              "--format=custom",
              "--username=" + user.getProperty("user"),
              "--dbname=" + address);
      builder.environment().put("PGPASSWORD", user.getProperty("password", ""));
      builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
      try {
        Process process = builder.start();
        String said = new String(process.getErrorStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      dumps.incrementAndGet();
    } while (!stopping.get());
  }

  private interface Step {
    void run(PreparedStatement statement) throws SQLException;
  }

  private void loop(TestDatabase test, String sql, Step step) {
    try (Connection session = test.session();
        PreparedStatement statement = session.prepareStatement(sql)) {
      while (!stopping.get()) {
        step.run(statement);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void took(AtomicLong longest, long start) {
    longest.accumulateAndGet((System.nanoTime() - start) / 1_000_000, Math::max);
  }

  private void report() {
    System.out.printf(
        "%d switches, the longest %d ms; %d searches, the longest %d ms; %d writes, the longest %d ms; %d joins, %d dumps%n",
        SWITCHES,
        longestSwitch.get(),
        searches.get(),
        longestSearch.get(),
        writes.get(),
        longestWrite.get(),
        joins.get(),
        dumps.get());
  }
}
