package dev.vectorkeeper.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * From logged changes to claims: coalesced, in order, none lost to late commits or to each other.
 */
class ChangeLogPgTest {
  private final ScriptedProvider provider = new ScriptedProvider(8, 100);
  private TestDatabase test;
  private Setup setup;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql("create table entries (id bigint primary key, body text)");
    setup =
        Setup.apply(
            test,
            provider,
            "  entries: {table: entries, text: body, collections: [scripted], index: {type: none}}\n");
    setup.drain();
  }

  @AfterEach
  void close() {
    test.close();
  }

  private int drainLog(int batch) {
    ChangeLog log = new ChangeLog(setup.collection().source());
    return test.database().jdbi().inTransaction(handle -> log.drain(handle, batch));
  }

  private List<String> claimedKeys() {
    return test.column(
        "select k from vectorkeeper.claim, unnest(keys) with ordinality u(k, ord) order by claim_id, ord");
  }

  @Test
  void changes_are_coalesced_by_key_and_cut_into_batches_in_the_order_of_their_first_change() {
    test.sql("insert into entries select g, 'x' from generate_series(1, 10) g");
    for (int round = 0; round < 3; round++) {
      test.sql("update entries set body = body || 'y' where id in (9, 3)");
    }
    assertThat(drainLog(4)).isEqualTo(16);
    assertThat(claimedKeys()).doesNotHaveDuplicates().hasSize(10);
    assertThat(test.column("select cardinality(keys) from vectorkeeper.claim order by claim_id"))
        .containsExactly("4", "4", "2");
    assertThat(drainLog(4)).isZero();
  }

  @Test
  void the_change_of_a_writer_that_commits_late_is_not_missed() throws SQLException {
    try (Connection late = test.session();
        Statement statement = late.createStatement()) {
      late.setAutoCommit(false);
      statement.execute("insert into entries values (1, 'late')");
      test.sql("insert into entries values (2, 'early')");
      setup.drain();
      assertThat(test.column("select id from entries_embeddings")).containsExactly("2");
      late.commit();
    }
    setup.drain();
    assertThat(setup.differences()).isEmpty();
  }

  @Test
  void a_change_that_is_rolled_back_leaves_nothing() throws SQLException {
    try (Connection writer = test.session();
        Statement statement = writer.createStatement()) {
      writer.setAutoCommit(false);
      statement.execute("insert into entries values (1, 'never')");
      writer.rollback();
    }
    assertThat(setup.waiting()).isZero();
  }

  @Test
  void many_that_drain_at_once_take_each_change_once() {
    test.sql("insert into entries select g, 'x' from generate_series(1, 60000) g");
    var workers =
        IntStream.range(0, 4).mapToObj(i -> CompletableFuture.supplyAsync(this::drainAll)).toList();
    int taken = workers.stream().mapToInt(CompletableFuture::join).sum();
    assertThat(taken).isEqualTo(60_000);
    assertThat(claimedKeys()).hasSize(60_000).doesNotHaveDuplicates();
    assertThat(setup.waiting()).as("claims of at most 256 keys").isLessThanOrEqualTo(240);
  }

  private int drainAll() {
    int sum = 0;
    for (int taken = drainLog(256); taken > 0; taken = drainLog(256)) {
      sum += taken;
    }
    return sum;
  }

  @Test
  void changes_that_do_nothing_cost_few_statements_and_no_request() {
    int changes = 200_000;
    test.sql(
        "insert into entries select g, 'same' from generate_series(1, %d) g".formatted(changes));
    test.sql(
        "insert into entries_scripted_vectors select k1, array_fill(0.5, array[8])::vector, content_hash from vectorkeeper.source_1");
    AtomicInteger statements = new AtomicInteger();
    test.database().jdbi().setSqlLogger(counting(statements));
    long began = System.nanoTime();
    assertThat(setup.drain().unchanged()).isEqualTo(changes);
    System.out.printf(
        "%d changes that do nothing: %d statements, %d ms%n",
        changes, statements.get(), (System.nanoTime() - began) / 1_000_000);
    assertThat(provider.requests()).isZero();
    assertThat(setup.waiting()).isZero();
    long claims = test.number("select last_value from vectorkeeper.claim_claim_id_seq");
    assertThat(claims).isLessThanOrEqualTo(800);
    assertThat(statements.get()).as("a few for each claim").isLessThan(10 * (int) claims);
  }

  private static SqlLogger counting(AtomicInteger statements) {
    return new SqlLogger() {
      @Override
      public void logAfterExecution(StatementContext context) {
        statements.incrementAndGet();
      }
    };
  }
}
