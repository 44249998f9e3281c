package dev.vectorkeeper.swap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.migrate.MigrationListener;
import dev.vectorkeeper.migrate.MigrationOptions;
import dev.vectorkeeper.migrate.MigrationState;
import dev.vectorkeeper.migrate.Migrator;
import dev.vectorkeeper.testing.ProjectedProvider;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.testing.TwoSpaces;
import dev.vectorkeeper.testing.WordNetTexts;
import dev.vectorkeeper.verify.ThresholdTranslation.Translated;
import dev.vectorkeeper.verify.VerificationOptions;
import dev.vectorkeeper.verify.VerificationReport;
import dev.vectorkeeper.worker.Worker;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The second of the systems finds questions that were asked before by a threshold. With two real
 * models a planted duplicate is found before, during and after the change of the model: by the old
 * threshold with the old model's vector, by the translated one with the new model's.
 */
@EnabledIfSystemProperty(
    named = "vectorkeeper.size",
    matches = "full",
    disabledReason = "The example questions finds a planted duplicate at small size.")
class DuplicatesPgTest {
  private static final int ROWS = 10_000;
  private static final double THRESHOLD = 0.6;
  private static final String ASKED =
      "Which process lets green plants make sugar out of sunlight, water and carbon dioxide?";
  private static final String ASKED_AGAIN =
      "What is the process by which green plants make sugar from sunlight, water and carbon dioxide?";
  private static final String SOURCES =
      """
        questions:
          {table: questions, text: body, where: deleted_at is null, collections: [old], placement: {column: embedding}}
      """;

  private final ProjectedProvider old = new ProjectedProvider("all-minilm-l6-v2-q", 768);
  private final ProjectedProvider other = new ProjectedProvider("bge-small-en-v1.5-q", 1_536);
  private final AtomicReference<Translated> translated = new AtomicReference<>();
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final AtomicInteger checks = new AtomicInteger();

  @Test
  void a_question_that_was_asked_before_is_found_at_every_moment() throws SQLException {
    try (TestDatabase test = TestDatabase.create()) {
      test.sql(
          "create table questions (id bigint primary key, body text, subject text, deleted_at timestamptz, embedding vector(768))",
          "create table solutions (question_id bigint primary key references questions, solution text)",
          """
          create function match_questions_with_solutions(query_embedding vector, match_threshold float8, match_count int)
          returns table (id bigint, body text, solution text, similarity float8) language sql stable as $$
            select q.id, q.body, s.solution, 1 - (q.embedding <=> query_embedding)
            from questions q left join solutions s on s.question_id = q.id
            where q.deleted_at is null and 1 - (q.embedding <=> query_embedding) >= match_threshold
            order by q.embedding <=> query_embedding limit match_count
          $$
          """);
      WordNetTexts.fill(test, "questions", ROWS);
      test.sql("insert into questions (id, body) values (1000000, '" + ASKED + "')");
      TwoSpaces spaces = new TwoSpaces(test, old, other);
      spaces.apply(SOURCES);
      spaces.drain();
      test.sql("alter index questions_old_vectors_embedding_idx rename to idx_questions_embedding");
      float[] before = old.document(ASKED_AGAIN);
      float[] after = other.document(ASKED_AGAIN);
      assertFound(test, before, THRESHOLD);
      MigrationListener listening =
          new MigrationListener() {
            @Override
            public void verified(VerificationReport report) {
              translated.set(report.comparison().orElseThrow().thresholds().get(0));
            }
          };
      Migrator migrator = spaces.migrator(SOURCES, listening);
      MigrationOptions options =
          MigrationOptions.DEFAULT.withVerification(
              new VerificationOptions(
                  Map.of(), 400, 10, 3, Optional.empty(), List.of(THRESHOLD), List.of()));
      ExecutorService threads = Executors.newSingleThreadExecutor();
      try (Worker worker = spaces.worker()) {
        CompletableFuture<Void> asking =
            CompletableFuture.runAsync(() -> keepAsking(test, before, after), threads);
        try {
          migrator.run("questions", "new", options, MigrationState.READY);
          migrator.cutover("questions", options, false);
          awaitChecks(asking);
          migrator.rollback("questions", options, false);
          awaitChecks(asking);
          migrator.cutover("questions", options, false);
          awaitChecks(asking);
        } finally {
          stopping.set(true);
          threads.shutdown();
          asking.join();
        }
      }
      migrator.retire(
          "questions",
          options.withRetirement(Duration.ZERO, Duration.ZERO, Optional.empty()),
          false);
      double threshold = translated.get().to().value();
      assertFound(test, after, threshold);
      try (Connection session = test.session()) {
        assertThat(found(session, other.document("A recipe for a cake with three eggs"), threshold))
            .doesNotContain(1_000_000L);
      }
      System.out.printf(
          "duplicates: threshold %.2f becomes %s, the duplicate was found in %d searches%n",
          THRESHOLD, translated.get(), checks.get());
    }
  }

  private static List<Long> found(Connection session, float[] vector, double threshold)
      throws SQLException {
    List<Long> ids = new ArrayList<>();
    try (PreparedStatement match =
        session.prepareStatement(
            "select id from match_questions_with_solutions(cast(? as vector), ?, 5)")) {
      match.setString(1, Arrays.toString(vector));
      match.setDouble(2, threshold);
      try (ResultSet row = match.executeQuery()) {
        while (row.next()) {
          ids.add(row.getLong(1));
        }
      }
    }
    return ids;
  }

  private static void assertFound(TestDatabase test, float[] vector, double threshold)
      throws SQLException {
    try (Connection session = test.session()) {
      assertThat(found(session, vector, threshold)).startsWith(1_000_000L);
    }
  }

  /** With the new model's vector as soon as its threshold is known. */
  private void keepAsking(TestDatabase test, float[] before, float[] after) {
    try (Connection session = test.session()) {
      while (!stopping.get()) {
        assertThat(found(session, before, THRESHOLD)).startsWith(1_000_000L);
        Translated known = translated.get();
        if (known != null) {
          assertThat(found(session, after, known.to().value())).startsWith(1_000_000L);
          checks.incrementAndGet();
        }
        LockSupport.parkNanos(2_000_000);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void awaitChecks(CompletableFuture<Void> asking) {
    int seen = checks.get();
    while (checks.get() < seen + 5 && !asking.isDone()) {
      LockSupport.parkNanos(2_000_000);
    }
  }
}
