package dev.vectorkeeper.swap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.migrate.MigrationListener;
import dev.vectorkeeper.migrate.MigrationOptions;
import dev.vectorkeeper.migrate.MigrationState;
import dev.vectorkeeper.migrate.Migrator;
import dev.vectorkeeper.provider.Vectors;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.testing.TestRole;
import dev.vectorkeeper.testing.TwoSpaces;
import dev.vectorkeeper.testing.WordNetTexts;
import dev.vectorkeeper.worker.Worker;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
 * The second of the systems: the model of a live column is changed, changed back, changed again and
 * the old vectors dropped, under writers and searchers that never stop. Nobody may get an error or
 * an answer from the wrong space.
 */
class ColumnMigrationPgTest {
  private static final boolean FULL = "full".equals(System.getProperty("vectorkeeper.size"));
  private static final int ROWS = FULL ? 20_000 : 1_500;
  private static final int CLIENTS = FULL ? 20 : 4;
  private static final int OLD = FULL ? 768 : 48;
  private static final int NEW = FULL ? 1_536 : 64;
  private static final String SOURCES =
      """
        questions:
          {table: questions, text: body, where: deleted_at is null, collections: [old], placement: {column: embedding}}
      """;

  private final ScriptedProvider old = new ScriptedProvider(OLD, 500, "old").within(16);
  private final ScriptedProvider other = new ScriptedProvider(NEW, 500, "new").within(16);
  private final List<String> texts = WordNetTexts.some(ROWS);
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final AtomicBoolean retired = new AtomicBoolean();
  private final AtomicInteger writes = new AtomicInteger();
  private final AtomicInteger searches = new AtomicInteger();
  private final AtomicInteger oldSearches = new AtomicInteger();
  private final AtomicLong longestWrite = new AtomicLong();
  private final AtomicLong longestSearch = new AtomicLong();

  /** At full size two indexes of 20,000 vectors are built, one beside forty clients. */
  @Test
  @Timeout(value = 40, unit = TimeUnit.MINUTES)
  void nobody_notices() throws SQLException {
    TestDatabase test = TestDatabase.create();
    TestRole reader = TestRole.create(test, "");
    try {
      prepare(test, reader);
      TwoSpaces spaces = new TwoSpaces(test, old, other);
      spaces.apply(SOURCES);
      spaces.drain();
      test.sql("alter index questions_old_vectors_embedding_idx rename to idx_questions_embedding");
      ExecutorService threads = Executors.newCachedThreadPool();
      List<CompletableFuture<Void>> clients = new ArrayList<>();
      try (Worker worker = spaces.worker()) {
        for (int i = 0; i < CLIENTS; i++) {
          boolean late = i % 2 == 0;
          clients.add(CompletableFuture.runAsync(() -> write(test), threads));
          clients.add(CompletableFuture.runAsync(() -> search(reader, late), threads));
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
    } finally {
      test.close();
      reader.close();
    }
  }

  private void prepare(TestDatabase test, TestRole reader) throws SQLException {
    test.sql(
        "create table questions (id bigint primary key, body text, subject text, deleted_at timestamptz, embedding vector(%d))"
            .formatted(OLD),
        "create table solutions (question_id bigint primary key, solution text)",
        "insert into solutions select g, 'solution ' || g from generate_series(1, "
            + ROWS
            + ", 2) g",
        "create view live_questions as select id, body, embedding from questions where deleted_at is null",
        "alter table questions enable row level security",
        "create policy embedded on questions using (embedding is not null or deleted_at is null)",
        """
        create function match_questions_with_solutions(query_embedding vector, match_threshold float8, match_count int)
        returns table (id bigint, body text, solution text, similarity float8) language plpgsql stable as $$
        begin
          return query select q.id, q.body, s.solution, 1 - (q.embedding <=> query_embedding)
          from questions q left join solutions s on s.question_id = q.id
          where q.deleted_at is null and 1 - (q.embedding <=> query_embedding) >= match_threshold
          order by q.embedding <=> query_embedding limit match_count;
        end $$
        """,
        "grant select on questions, solutions, live_questions to " + reader.name());
    try (Connection session = test.session();
        PreparedStatement insert =
            session.prepareStatement("insert into questions (id, body) values (?, ?)")) {
      for (int i = 0; i < ROWS; i++) {
        insert.setLong(1, i + 1);
        insert.setString(2, texts.get(i));
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  private void migrate(TwoSpaces spaces, List<CompletableFuture<Void>> clients) {
    Migrator migrator = spaces.migrator(SOURCES, MigrationListener.NONE);
    letThemWork(clients);
    migrator.run("questions", "new", MigrationOptions.DEFAULT, MigrationState.READY);
    say("until verified", clients);
    migrator.cutover("questions", MigrationOptions.DEFAULT, false);
    say("cutover", clients);
    migrator.rollback("questions", MigrationOptions.DEFAULT, false);
    say("rollback", clients);
    migrator.cutover("questions", MigrationOptions.DEFAULT, false);
    say("second cutover", clients);
    retired.set(true);
    letThemWork(clients);
    migrator.retire("questions", MigrationOptions.DEFAULT.forced(), false);
    say("retire", clients);
  }

  /** Prints the longest stalls since the last time, then lets each client go on for a while. */
  private void say(String step, List<CompletableFuture<Void>> clients) {
    letThemWork(clients);
    System.out.printf(
        "column: %s: %,d writes, %,d searches (%,d with old vectors), longest write %d ms, longest search %d ms%n",
        step,
        writes.get(),
        searches.get(),
        oldSearches.get(),
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
        PreparedStatement insert =
            session.prepareStatement("insert into questions (id, body) values (?, ?)");
        PreparedStatement update =
            session.prepareStatement("update questions set body = ? where id = ?");
        PreparedStatement cleared =
            session.prepareStatement("update questions set embedding = null where id = ?");
        PreparedStatement delete = session.prepareStatement("delete from questions where id = ?")) {
      for (long n = 0; !stopping.get(); n++) {
        long start = System.nanoTime();
        insert.setLong(1, own + n);
        insert.setString(2, "added " + own + " " + n);
        insert.execute();
        // The upper half's texts are left alone, so that its vectors are known.
        update.setString(1, "changed " + n);
        update.setLong(2, 1 + ThreadLocalRandom.current().nextInt(ROWS / 2));
        update.execute();
        if (n % 10 == 0) {
          cleared.setLong(1, 1 + ThreadLocalRandom.current().nextInt(ROWS / 2));
          cleared.execute();
        }
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

  /**
   * As an application does that was deployed for one of the models, or asks which is active.
   *
   * @param late whether it goes on asking with the old model's vectors until they are to be retired
   */
  private void search(TestRole reader, boolean late) {
    try (Connection session = reader.session();
        PreparedStatement active =
            session.prepareStatement("select profile from active_embedding_profile");
        PreparedStatement view =
            session.prepareStatement(
                "select vector_dims(embedding) from live_questions where id = ? and embedding is not null");
        PreparedStatement match =
            session.prepareStatement(
                "select id, similarity from match_questions_with_solutions(cast(? as vector), -1, 5)")) {
      while (!stopping.get()) {
        String profile = late ? "old" : one(active);
        if (retired.get()) {
          profile = "new";
        }
        ScriptedProvider provider = profile.equals("old") ? old : other;
        int asked = ThreadLocalRandom.current().nextInt(ROWS / 2, ROWS);
        float[] query = provider.vector(texts.get(asked));
        match.setString(1, Arrays.toString(query));
        long start = System.nanoTime();
        try (ResultSet row = match.executeQuery()) {
          assertThat(row.next()).isTrue();
          do {
            long found = row.getLong(1);
            // Rows of the upper half have the vectors that this space gives their texts.
            if (found > ROWS / 2 && found <= ROWS) {
              assertThat(row.getDouble(2))
                  .isCloseTo(
                      Vectors.cosine(query, provider.vector(texts.get((int) found - 1))),
                      within(1e-4));
            }
          } while (row.next());
        }
        view.setLong(1, asked + 1L);
        assertThat(one(view)).isIn(Integer.toString(OLD), Integer.toString(NEW));
        took(longestSearch, start);
        searches.incrementAndGet();
        if (profile.equals("old")) {
          oldSearches.incrementAndGet();
        }
        LockSupport.parkNanos(FULL ? 200_000_000 : 10_000_000);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String one(PreparedStatement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      assertThat(row.next()).isTrue();
      return row.getString(1);
    }
  }

  private static void took(AtomicLong longest, long start) {
    longest.accumulateAndGet(System.nanoTime() - start, Math::max);
  }

  private void assertRight(TestDatabase test) {
    List<String> rows =
        test.column(
            "select coalesce(embedding::text, 'none') || ' ' || body from questions order by id");
    assertThat(rows).hasSizeGreaterThanOrEqualTo(ROWS);
    for (String row : rows) {
      int space = row.indexOf(' ');
      String[] numbers = row.substring(1, space - 1).split(",");
      float[] stored = new float[numbers.length];
      for (int i = 0; i < stored.length; i++) {
        stored[i] = Float.parseFloat(numbers[i]);
      }
      assertThat(stored).as(row).containsExactly(other.vector(row.substring(space + 1)));
    }
    assertThat(
            test.column(
                "select attname from pg_attribute where attrelid = 'questions'::regclass and attname like '%other%' and not attisdropped"))
        .isEmpty();
    assertThat(
            test.column(
                "select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = 'questions'::regclass and i.indisvalid"))
        .containsExactlyInAnyOrder("questions_pkey", "idx_questions_embedding");
  }
}
