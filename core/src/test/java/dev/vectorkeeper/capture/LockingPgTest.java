package dev.vectorkeeper.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.testing.Declaring;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the application has to wait for: never a worker, and apply only for a moment. */
class LockingPgTest {
  private static final String ENTRIES =
      "  entries: {table: entries, text: '%s', collections: [scripted]}\n";

  private final ScriptedProvider provider = new ScriptedProvider(8, 100);
  private TestDatabase test;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql(
        "create table entries (id bigint primary key, body text, note text)",
        "insert into entries select g, 'text ' || g from generate_series(1, 10) g");
  }

  @AfterEach
  void close() {
    test.close();
  }

  private Declaring declaring(String text) {
    return Declaring.of(provider, ENTRIES.formatted(text));
  }

  private Connection transaction(String... statements) throws SQLException {
    Connection session = test.session();
    session.setAutoCommit(false);
    for (String sql : statements) {
      session.createStatement().execute(sql);
    }
    return session;
  }

  @Test
  void no_write_waits_for_a_worker_that_is_at_its_row() throws Exception {
    Setup setup = Setup.apply(test, provider, ENTRIES.formatted("body"));
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    provider.before(
        texts -> {
          asked.countDown();
          try {
            answer.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    CompletableFuture<Void> work = CompletableFuture.runAsync(setup::drain);
    assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
    test.sql(
        "set statement_timeout = 1000",
        "set statement_timeout = 1000; delete from entries where id = 1",
        "set statement_timeout = 1000; update entries set body = 'newer' where id = 2",
        "set statement_timeout = 1000; truncate entries",
        "insert into entries values (2, 'newest')");
    answer.countDown();
    work.get(20, TimeUnit.SECONDS);
    setup.drain();
    assertThat(setup.differences()).isEmpty();
    assertThat(test.column("select id from entries_embeddings")).containsExactly("2");
  }

  @Test
  void apply_waits_for_an_open_writer_and_lets_others_write_meanwhile() throws Exception {
    List<Long> waits = new ArrayList<>();
    try (Connection writer = transaction("update entries set body = 'open' where id = 1")) {
      CompletableFuture<Void> apply =
          CompletableFuture.runAsync(() -> declaring("body").apply(test.database()));
      for (int i = 0; i < 15; i++) {
        long start = System.nanoTime();
        test.sql("update entries set note = 'x' where id = 2");
        waits.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
      }
      assertThat(apply).isNotDone();
      writer.commit();
      apply.get(15, TimeUnit.SECONDS);
    }
    assertThat(waits).allMatch(millis -> millis < 3_500);
    test.sql("insert into entries values (11, 'captured')");
    declaring("body").drain(test.database());
    assertThat(test.number("select count(*) from entries_embeddings")).isEqualTo(11);
    assertThat(provider.timesAnswered("open")).isEqualTo(1);
  }

  @Test
  void applying_a_change_waits_for_no_reader_of_the_table() throws Exception {
    declaring("body").apply(test.database());
    try (Connection reader = transaction("select * from entries")) {
      long start = System.nanoTime();
      declaring("{body} {note}").apply(test.database());
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
      reader.commit();
    }
    test.sql("update entries set note = 'seen' where id = 1");
    declaring("{body} {note}").drain(test.database());
    assertThat(provider.timesAnswered("text 1 seen")).isEqualTo(1);
  }

  @Test
  void a_table_that_never_becomes_free_is_an_error_and_nothing_is_half_done() throws Exception {
    try (Connection writer = transaction("update entries set body = 'open' where id = 1")) {
      assertThatThrownBy(() -> declaring("body").apply(test.database()))
          .isInstanceOfSatisfying(
              VectorkeeperException.class, e -> assertThat(e.code()).isEqualTo("VK-D07"));
      writer.rollback();
    }
    assertThat(
            test.number(
                "select (select count(*) from vectorkeeper.source) + (select count(*) from vectorkeeper.collection)"
                    + " + (select count(*) from pg_trigger where tgrelid = 'entries'::regclass)"
                    + " + (select count(*) from pg_class where relname like 'entries\\_%' and relname <> 'entries_pkey')"))
        .isZero();
  }

  @Test
  void applying_a_new_text_during_a_backfill_leaves_no_row_with_the_old_one() {
    test.sql("insert into entries select g, 'text ' || g from generate_series(11, 1500) g");
    Declaring first = declaring("body");
    first.apply(test.database());
    CountDownLatch some = new CountDownLatch(4);
    provider.before(texts -> some.countDown());
    try (var worker =
        new dev.vectorkeeper.worker.Worker(
            test.database(), first.providers(), Setup.QUICK.withBatch(50))) {
      worker.start();
      Awaitility.await().until(() -> some.getCount() == 0);
      declaring("new {body}").apply(test.database());
    }
    declaring("new {body}").drain(test.database());
    assertThat(
            test.number(
                "select count(*) from vectorkeeper.source_1 s full join entries_scripted_vectors c on c.id = s.k1"
                    + " where s.content_hash is distinct from c.content_hash"))
        .isZero();
  }

  @Test
  void several_processes_may_apply_at_once() {
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(CompletableFuture.runAsync(() -> declaring("body").apply(test.database())));
    }
    all.forEach(CompletableFuture::join);
    declaring("body").drain(test.database());
    assertThat(test.number("select count(*) from entries_embeddings_active")).isEqualTo(10);
    assertThat(declaring("body").plan(test.database()).changes()).isEmpty();
  }
}
