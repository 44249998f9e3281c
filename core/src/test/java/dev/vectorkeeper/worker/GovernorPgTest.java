package dev.vectorkeeper.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.postgres.LoadLimits;
import dev.vectorkeeper.queue.BatchResult;
import dev.vectorkeeper.queue.KeyBatch;
import dev.vectorkeeper.testing.Replica;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.testing.TestRole;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;

/** The load governor: backfills give way to the application, live changes do not wait for it. */
class GovernorPgTest {
  private static final LoadLimits ONE_SESSION =
      new LoadLimits(
          Optional.empty(),
          Optional.of(Duration.ofSeconds(30)),
          Optional.of(1),
          LoadLimits.CONCURRENT_WRITES);

  @Test
  void a_backfill_slows_down_while_many_sessions_are_at_work_and_live_changes_do_not()
      throws SQLException {
    ScriptedProvider provider = new ScriptedProvider(8, 100).concurrency(1);
    try (TestDatabase test = TestDatabase.create();
        Connection busy = test.session();
        Connection busier = test.session()) {
      test.sql("create table entries (id bigint primary key, body text)");
      Setup setup =
          Setup.apply(
              test, provider, "  entries: {table: entries, text: body, collections: [scripted]}\n");
      setup.drain();
      List<CompletableFuture<Void>> load = List.of(sleep(busy), sleep(busier));
      try (Worker worker =
          new Worker(test.database(), setup.providers(), Setup.QUICK.withLoad(ONE_SESSION))) {
        worker.start();
        awaitSlowed(test);
        assertThat(
                test.column("select slowed_why from vectorkeeper.backfill where state = 'running'"))
            .containsExactly("2 sessions are at work, more than 1");
        test.sql("insert into entries values (1, 'a live change')");
        await().until(() -> test.number("select count(*) from entries_embeddings") == 1);
        test.sql(
            "select pg_cancel_backend(pid) from pg_stat_activity where query like '%pg_sleep(300)%' and pid <> pg_backend_pid()");
        load.forEach(sleeping -> sleeping.handle((done, cancelled) -> null).join());
        awaitFullPace(test);
      }
    }
  }

  @Test
  void a_backfill_slows_down_while_a_replica_is_behind() throws Exception {
    LoadLimits oneSecond =
        new LoadLimits(
            Optional.of(Duration.ofSeconds(1)),
            Optional.empty(),
            Optional.empty(),
            LoadLimits.CONCURRENT_WRITES);
    ScriptedProvider provider = new ScriptedProvider(8, 100).concurrency(1);
    try (TestDatabase test = TestDatabase.create();
        Replica replica = Replica.of(test)) {
      test.sql("create table entries (id bigint primary key, body text)");
      Setup setup =
          Setup.apply(
              test, provider, "  entries: {table: entries, text: body, collections: [scripted]}\n");
      setup.drain();
      try (Worker worker =
          new Worker(test.database(), setup.providers(), Setup.QUICK.withLoad(oneSecond))) {
        worker.start();
        replica.sql("select pg_wal_replay_pause()");
        awaitSlowed(test);
        assertThat(
                test.column("select slowed_why from vectorkeeper.backfill where state = 'running'"))
            .first()
            .asString()
            .matches("a replica is \\d+\\.\\d s behind, more than 1\\.0 s");
        replica.sql("select pg_wal_replay_resume()");
        awaitFullPace(test);
      }
    }
  }

  @Test
  void a_role_that_cannot_see_replicas_and_sessions_is_named() {
    try (TestDatabase test = TestDatabase.create();
        TestRole role = TestRole.create(test, "")) {
      LoadLimits limits =
          new LoadLimits(
              Optional.of(Duration.ofSeconds(1)),
              Optional.empty(),
              Optional.of(3),
              LoadLimits.CONCURRENT_WRITES);
      assertThat(new Governor(role.database(), limits).blindness())
          .hasValueSatisfying(
              sentence ->
                  assertThat(sentence).contains("grant pg_read_all_stats to \"" + role.name()));
      assertThat(new Governor(test.database(), limits).blindness()).isEmpty();
    }
  }

  /** Keeps a backfill from its next range until the governor has spoken of it. */
  private static void awaitSlowed(TestDatabase test) {
    test.sql(
        "insert into vectorkeeper.backfill (collection_id, state, rows_expected, next_cut_at)"
            + " values (1, 'running', 0, now() + interval '1 hour')");
    await()
        .until(
            () ->
                test.number(
                        "select count(*) from vectorkeeper.backfill where slowed_why is not null")
                    > 0);
  }

  private static void awaitFullPace(TestDatabase test) {
    await()
        .until(
            () ->
                test.number(
                        "select count(*) from vectorkeeper.backfill where slowed_why is not null and state = 'running'")
                    == 0);
  }

  private static CompletableFuture<Void> sleep(Connection session) {
    return CompletableFuture.runAsync(
        () -> {
          try (Statement statement = session.createStatement()) {
            statement.execute("select pg_sleep(300)");
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        },
        task -> new Thread(task, "load").start());
  }

  @Test
  void the_rest_after_a_piece_of_work_grows_as_the_pace_falls() {
    try (TestDatabase test = TestDatabase.create();
        Governor governor = new Governor(test.database(), LoadLimits.NONE)) {
      long start = System.nanoTime();
      governor.rest(Duration.ofSeconds(5));
      assertThat(System.nanoTime() - start).isLessThan(Duration.ofSeconds(1).toNanos());
    }
  }

  @Test
  void batches_of_backfills_are_written_in_turns_and_live_changes_at_once() throws Exception {
    LoadLimits one = new LoadLimits(Optional.empty(), Optional.empty(), Optional.empty(), 1);
    CountDownLatch written = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (TestDatabase test = TestDatabase.create();
        Governor governor = new Governor(test.database(), one)) {
      Runnable write =
          () -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            begun.countDown();
            await().until(() -> written.getCount() == 0);
            inside.decrementAndGet();
          };
      CompletableFuture<Void> both =
          CompletableFuture.allOf(
              CompletableFuture.runAsync(() -> governor.write(new Batch(true), write)),
              CompletableFuture.runAsync(() -> governor.write(new Batch(true), write)));
      begun.await();
      governor.write(new Batch(false), written::countDown);
      both.join();
      assertThat(most).hasValue(1);
    }
  }

  private record Batch(boolean isBackfill) implements KeyBatch {
    @Override
    public List<String> keys() {
      return List.of();
    }

    @Override
    public boolean isHeld(Handle handle) {
      return true;
    }

    @Override
    public void complete(Handle handle, BatchResult result) {}

    @Override
    public void release(Handle handle, Duration delay) {}

    @Override
    public void renew(Handle handle, Duration lease) {}
  }
}
