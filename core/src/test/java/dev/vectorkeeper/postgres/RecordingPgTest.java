package dev.vectorkeeper.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.testing.TestDatabase;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is noted, what is carried out, and that nothing of it stays. */
class RecordingPgTest {
  private static final SqlName TABLE = new SqlName("public", "things");

  private static final String PUT =
      "insert into public.things (name, names, amount) values (:name, :names, :amount)";

  private final TestDatabase test = TestDatabase.bare();

  RecordingPgTest() {
    test.sql(
        "create table things (id int generated always as identity primary key, name text, names text[], amount numeric)");
  }

  @AfterEach
  void close() {
    test.close();
  }

  private static void put(Handle handle, String name) {
    handle
        .createUpdate(PUT)
        .bind("name", name)
        .bindArray("names", String.class, name, "a,b\"c")
        .bindNull("amount", java.sql.Types.NUMERIC)
        .execute();
  }

  private static List<String> texts(Recording recording) {
    return recording.take().stream().map(Recording.Noted::sql).toList();
  }

  @Test
  void what_is_noted_does_the_same_when_it_is_run() {
    String odd = "it's \\ :name ? $$ \u00e4\nnew";
    List<String> noted;
    try (Recording recording = Recording.of(test.database())) {
      recording.keepNumbers(TABLE, "id");
      Database recorded = recording.database();
      recorded
          .jdbi()
          .useTransaction(
              handle -> {
                Ddl.run(handle, "create table public.more (x int)");
                put(handle, odd);
                assertThat(
                        handle
                            .createQuery("select id from public.things")
                            .mapTo(Integer.class)
                            .one())
                    .isEqualTo(1);
              });
      noted = texts(recording);
    }
    assertThat(noted).hasSize(4).startsWith("begin").endsWith("commit");
    assertThat(test.number("select count(*) from things")).isZero();
    assertThat(test.number("select count(*) from pg_class where relname = 'more'")).isZero();
    test.sql(noted.toArray(String[]::new));
    assertThat(test.column("select id || name || names::text from things"))
        .containsExactly(
            test.column(
                    "select 1 || e || array[e, 'a,b\"c']::text from (values (E'it''s \\\\ :name ? $$ \u00e4\\nnew')) v(e)")
                .get(0));
  }

  @Test
  void a_transaction_that_only_reads_is_left_out() {
    try (Recording recording = Recording.of(test.database())) {
      recording
          .database()
          .jdbi()
          .useTransaction(handle -> handle.createQuery("select 1").mapTo(Integer.class).one());
      assertThat(recording.take()).isEmpty();
    }
  }

  @Test
  void who_watches_from_another_thread_does_not_disturb_a_recording() {
    try (Recording recording = Recording.of(test.database())) {
      CompletableFuture<Void> other =
          CompletableFuture.runAsync(() -> recording.database().jdbi().useHandle(handle -> {}));
      assertThatThrownBy(other::get)
          .isInstanceOf(ExecutionException.class)
          .hasStackTraceContaining("one thread");
      Ddl.onUserTable(
          recording.database().jdbi(),
          TABLE,
          handle -> {
            await()
                .until(
                    () ->
                        Thread.getAllStackTraces().keySet().stream()
                            .noneMatch(t -> t.getName().equals("vectorkeeper-lock-holders")));
            put(handle, "x");
          });
      assertThat(texts(recording)).hasSize(4).startsWith("begin").endsWith("commit");
    }
  }
}
