package dev.vectorkeeper.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.testing.Declaring;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The queue in plain SQL, as those know it who had a table for it. */
class QueueViewPgTest {
  private static final String JOBS =
      "  jobs: {table: jobs, text: title, where: active, sync: manual, collections: [scripted], views: {queue: embedding_queue, queue-key: {id: job_id}}}\n";
  private static final String STATES =
      "select job_id || ' ' || state || ' ' || attempts || ' ' || (processed_at is null) || ' ' || coalesce(error_code, '-') from embedding_queue order by job_id";

  private final ScriptedProvider provider = new ScriptedProvider(8, 100);
  private TestDatabase test;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql("create table jobs (id bigint primary key, title text, active boolean default true)");
  }

  @AfterEach
  void close() {
    test.close();
  }

  private Declaring apply(String sources) {
    Declaring declaring = Declaring.of(provider, sources);
    declaring.apply(test.database());
    return declaring;
  }

  private void fail(long key) {
    Failures failures =
        new Failures(new Catalog(test.database().jdbi()).liveCollections().get(0).id());
    test.database()
        .jdbi()
        .useTransaction(
            handle ->
                failures.retry(
                    handle,
                    List.of(new Failures.Failed(Long.toString(key), "VK-P02", "It is away.")),
                    3600));
  }

  @Test
  void a_key_is_there_once_from_the_commit_on_until_it_is_done() {
    Declaring jobs = apply(JOBS);
    jobs.drain(test.database());
    test.sql(
        "insert into jobs select g, 'job ' || g from generate_series(1, 3) g",
        "update jobs set title = title || '!' where id < 3");
    assertThat(test.column(STATES))
        .containsExactly("1 pending 0 true -", "2 pending 0 true -", "3 pending 0 true -");
    assertThat(test.number("select count(*) from embedding_queue where created_at > now()"))
        .isZero();
    test.database()
        .jdbi()
        .useHandle(
            handle -> {
              new ChangeLog(new Catalog(test.database().jdbi()).source("jobs")).drain(handle, 2);
              new Claims(1).claim(handle, "somebody", 1, java.time.Duration.ofMinutes(1));
            });
    test.sql("update jobs set title = 'again' where id = 1");
    assertThat(test.column("select distinct state from embedding_queue order by 1"))
        .containsExactly("pending", "running");
    assertThat(test.number("select count(*) from embedding_queue")).isEqualTo(3);
    test.sql("update vectorkeeper.claim set token = null, expires_at = null");
    jobs.drain(test.database());
    assertThat(test.column(STATES)).isEmpty();
  }

  @Test
  void clearing_the_error_of_a_dead_row_has_it_tried_again_and_costs_no_other_row_an_attempt() {
    Declaring jobs = apply(JOBS);
    jobs.drain(test.database());
    test.sql("insert into jobs values (1, 'one'), (2, 'two'), (3, 'three')");
    jobs.drain(test.database());
    for (int i = 0; i < Failures.ATTEMPTS; i++) {
      fail(1);
      fail(2);
    }
    fail(3);
    assertThat(test.column(STATES))
        .containsExactly(
            "1 dead 3 false VK-P02", "2 dead 3 false VK-P02", "3 retrying 1 true VK-P02");
    assertThat(test.column("select distinct error_message from embedding_queue"))
        .containsExactly("It is away.");
    test.sql(
        "update embedding_queue set processed_at = null, error_message = null where job_id = 1");
    assertThat(test.column(STATES))
        .containsExactly("1 pending 0 true -", "2 dead 3 false VK-P02", "3 retrying 1 true VK-P02");
    assertThat(
            test.column(
                "update embedding_queue set processed_at = null, error_message = null, attempts = 0 returning job_id || state"))
        .containsExactlyInAnyOrder("1pending", "2pending", "3pending");
    jobs.drain(test.database());
    assertThat(test.column(STATES)).isEmpty();
  }

  @Test
  void all_else_is_refused_with_one_error() {
    apply(JOBS).drain(test.database());
    test.sql("insert into jobs values (1, 'one')");
    for (String statement :
        List.of(
            "update embedding_queue set processed_at = now()",
            "update embedding_queue set attempts = 2",
            "update embedding_queue set job_id = 7",
            "update embedding_queue set created_at = now()",
            "update embedding_queue set profile = 'other'",
            "update embedding_queue set state = 'dead'",
            "delete from embedding_queue",
            "insert into embedding_queue (job_id) values (7)")) {
      assertThatThrownBy(() -> test.sql(statement))
          .as(statement)
          .hasMessageContaining("VK-J03 Of public.embedding_queue nothing can be changed but this");
    }
    assertThat(test.column(STATES)).containsExactly("1 pending 0 true -");
  }

  @Test
  void whoever_is_granted_it_needs_no_other_right_and_nobody_is_by_itself() throws SQLException {
    test.sql(
        "drop role if exists queue_reader",
        "create role queue_reader",
        "alter default privileges in schema public grant all on tables to queue_reader");
    apply(JOBS).drain(test.database());
    test.sql("insert into jobs values (1, 'one')");
    for (int i = 0; i < Failures.ATTEMPTS; i++) {
      fail(1);
    }
    try (Connection session = test.session();
        Statement statement = session.createStatement()) {
      statement.execute("set role queue_reader");
      String retry = "update embedding_queue set processed_at = null, error_message = null";
      assertThatThrownBy(() -> statement.execute("table embedding_queue"))
          .hasMessageContaining("permission denied");
      test.sql("grant select on embedding_queue to queue_reader");
      apply(JOBS.replace("text: title", "text: \"{title}.\""));
      statement.execute("table embedding_queue");
      assertThatThrownBy(() -> statement.execute(retry)).hasMessageContaining("permission denied");
      test.sql("grant update (processed_at, error_message) on embedding_queue to queue_reader");
      assertThat(statement.executeUpdate(retry)).isEqualTo(1);
      assertThatThrownBy(() -> statement.execute("table vectorkeeper.claim"))
          .hasMessageContaining("permission denied");
    } finally {
      test.sql("drop owned by queue_reader", "drop role queue_reader");
    }
    assertThat(test.number("select count(*) from vectorkeeper.dead_letter")).isZero();
  }

  @Test
  void a_key_of_several_columns_is_shown_and_tried_again_whatever_the_settings()
      throws SQLException {
    test.sql(
        "create table visits (at timestamptz, place text, body text, primary key (at, place))");
    Declaring both =
        apply(
            JOBS
                + "  visits: {table: visits, text: body, collections: [scripted, other], views: {queue: visits_queue}}\n");
    both.drain(test.database());
    test.sql(
        "insert into visits values ('2024-02-03 04:05:06.789+00', 'a \"b\"', 'a visit')",
        "insert into jobs values (1, 'one')");
    assertThat(test.column("select profile || place from visits_queue order by 1"))
        .containsExactly("othera \"b\"", "scripteda \"b\"");
    test.sql(
        "insert into vectorkeeper.dead_letter select c.collection_id, jsonb_build_array('2024-02-03 04:05:06.789+00', 'a \"b\"')::text, 3, 'VK-P02', 'away' from vectorkeeper.collection c join vectorkeeper.source s using (source_id) where s.name = 'visits'",
        "delete from vectorkeeper.change_2");
    try (Connection session = test.session();
        Statement statement = session.createStatement()) {
      statement.execute("set timezone = 'Asia/Tokyo'");
      statement.execute("set datestyle = 'ISO, DMY'");
      statement.execute(
          "create function tell(timestamptz) returns boolean language plpgsql cost 0.0001 as $$ begin return true; end $$");
      assertThat(
              statement.executeUpdate(
                  "update visits_queue set processed_at = null, error_message = null where tell(at) and profile = 'other'"))
          .isEqualTo(1);
    }
    assertThat(test.column("select profile || ' ' || state from visits_queue order by 1"))
        .containsExactly("other pending", "scripted dead");
    both.drain(test.database());
    assertThat(test.column("select profile || ' ' || state from visits_queue order by 1"))
        .containsExactly("scripted dead");
  }

  @Test
  void it_follows_the_file_and_keeps_its_grants() {
    apply(JOBS).drain(test.database());
    test.sql(
        "create schema app",
        "grant select on embedding_queue to public",
        "create view mine as select job_id from embedding_queue");
    String moved =
        JOBS.replace("queue: embedding_queue", "queue: app.waiting").replace("job_id", "job");
    Declaring declaring = Declaring.of(provider, moved);
    assertThat(declaring.apply(test.database()).changes())
        .containsExactly(
            "rename the view public.embedding_queue to app.waiting",
            "rename the key's columns in the view of the queue of jobs");
    test.sql("insert into jobs values (1, 'one')");
    assertThat(test.number("select job from app.waiting")).isEqualTo(1);
    assertThat(test.number("select job_id from mine")).isEqualTo(1);
    assertThat(test.number("select count(*) from pg_class where relname = 'embedding_queue'"))
        .isZero();
    assertThat(
            test.number(
                "select count(*) from pg_class where relname = 'waiting' and relacl::text like '%=r/%'"))
        .isEqualTo(1);
    assertThat(declaring.plan(test.database()).changes()).isEmpty();
    test.sql("drop view mine", "drop view app.waiting");
    assertThat(declaring.apply(test.database()).changes())
        .containsExactly("make the view app.waiting");
    Declaring without = Declaring.of(provider, moved.replaceAll(", views: .*", "}"));
    assertThat(without.apply(test.database()).changes())
        .containsExactly("drop the view app.waiting");
    assertThat(test.number("select count(*) from pg_class where relname = 'waiting'")).isZero();
    assertThat(test.number("select count(*) from pg_proc where proname like 'queue\\_1%'"))
        .isZero();
    assertThat(test.number("select count(*) from vectorkeeper.backfill"))
        .as("none of it makes all rows be looked at again")
        .isEqualTo(1);
  }

  @Test
  void a_name_that_something_else_has_is_left_to_it() {
    test.sql("create table embedding_queue (id bigint)");
    assertThatThrownBy(() -> apply(JOBS))
        .isInstanceOf(VectorkeeperException.class)
        .hasMessageContaining("already something named public.embedding_queue");
    assertThatThrownBy(
            () ->
                apply(
                    JOBS.replace("queue: embedding_queue", "queue: q")
                        .replace("id: job_id", "id: state")))
        .hasMessageContaining("two columns named state");
    assertThatThrownBy(
            () ->
                apply(
                    JOBS.replace("queue: embedding_queue", "queue: q")
                        .replace("id: job_id", "nope: x")))
        .hasMessageContaining("nope");
  }
}
