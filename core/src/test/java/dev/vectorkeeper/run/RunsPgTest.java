package dev.vectorkeeper.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.FailureKind;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.worker.Worker;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is asked of a source from outside: how much is done, in which order, and what is said. */
class RunsPgTest {
  private TestDatabase test;
  private ScriptedProvider provider;
  private Setup setup;
  private Runs runs;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql("create table notes (id int primary key, body text)");
    provider = new ScriptedProvider(8, 16);
    setup =
        Setup.apply(
            test,
            provider,
            "  notes: {table: notes, text: body, collections: [scripted], sync: scheduled}\n");
    setup.drain();
    runs = new Runs(test.database(), setup.providers(), Setup.QUICK);
  }

  @AfterEach
  void close() {
    test.close();
  }

  private RunRequest ask(Operation operation, int limit) {
    return new RunRequest(
        operation,
        "notes",
        SoughtProfile.ANY,
        Optional.of(limit),
        Optional.empty(),
        Duration.ofSeconds(60));
  }

  @Test
  void the_queue_is_worked_off_oldest_first_up_to_the_limit_whatever_the_claims_hold() {
    test.sql("insert into notes select i, 'note ' || i from generate_series(1, 250) i");
    RunResult first = runs.run(ask(Operation.QUEUE, 100), () -> false);
    assertThat(first.processed()).isEqualTo(100);
    assertThat(first.remaining()).isEqualTo(150);
    assertThat(first.sampleIds()).hasSize(5);
    assertThat(test.number("select max(id) from notes_scripted_vectors"))
        .as("logged in one statement, taken in its order")
        .isEqualTo(100);
    test.sql(
        "insert into vectorkeeper.claim (collection_id, keys, oldest) select 1, array_agg(i::text), now() - interval '1 hour' from generate_series(101, 180) i",
        "delete from vectorkeeper.change_1 where k1 between 101 and 180");
    RunResult split = runs.run(ask(Operation.QUEUE, 30), () -> false);
    assertThat(split.processed()).as("a claim of 80 keys is split").isEqualTo(30);
    assertThat(
            test.number("select count(*) from notes_scripted_vectors where id between 101 and 130"))
        .isEqualTo(30);
    assertThat(runs.run(ask(Operation.QUEUE, 1_000), () -> false).remaining()).isZero();
    assertThat(test.number("select count(*) from notes_scripted_vectors")).isEqualTo(250);
    assertThat(provider.requests()).as("nothing is asked twice").isLessThan(30);
  }

  @Test
  void workers_leave_the_queue_of_a_scheduled_source_to_its_runs() {
    try (Worker worker = setup.worker()) {
      test.sql("insert into notes values (1, 'a note'), (2, 'poison')");
      provider.refuse(
          text -> text.equals("poison"),
          new EmbeddingFailure(FailureKind.INVALID_INPUT, "refused"));
      assertThat(runs.run(ask(Operation.SYNC, 10), () -> false).failed()).isEqualTo(1);
      test.sql("update notes set body = 'mended' where id = 2");
      assertThat(runs.run(ask(Operation.QUEUE, 10), () -> false).embedded()).isEqualTo(1);
    }
  }

  @Test
  void limited_backfills_go_on_where_the_last_one_ended_and_begin_again_at_the_end() {
    test.sql(
        "alter table notes disable trigger user",
        "insert into notes select i, 'note ' || i from generate_series(1, 25) i");
    assertThat(runs.run(ask(Operation.BACKFILL, 10), () -> false).embedded()).isEqualTo(10);
    RunResult second = runs.run(ask(Operation.BACKFILL, 10), () -> false);
    assertThat(second.embedded()).isEqualTo(10);
    assertThat(second.sampleIds()).containsExactly("11", "12", "13", "14", "15");
    assertThat(runs.run(ask(Operation.BACKFILL, 10), () -> false).embedded()).isEqualTo(5);
    test.sql("insert into notes values (0, 'before all others')");
    assertThat(runs.run(ask(Operation.BACKFILL, 10), () -> false).embedded()).isEqualTo(1);
  }

  @Test
  void
      a_backfill_of_a_scheduled_source_takes_its_changes_too_and_says_how_many_rows_lack_a_vector() {
    test.sql(
        "alter table notes disable trigger user",
        "insert into notes select i, 'note ' || i from generate_series(1, 25) i",
        "alter table notes enable trigger user",
        "insert into notes select i, 'new note ' || i from generate_series(101, 104) i");
    RunResult first = runs.run(ask(Operation.BACKFILL, 10), () -> false);
    assertThat(first.embedded()).as("both together").isEqualTo(10);
    assertThat(test.number("select count(*) from notes_scripted_vectors where id > 100"))
        .isEqualTo(4);
    assertThat(first.remaining()).isEqualTo(19);
    test.sql("update notes set body = 'changed' where id = 1", "delete from notes where id = 101");
    assertThat(runs.run(ask(Operation.BACKFILL, 2), () -> false).remaining()).isEqualTo(19);
    assertThat(setup.waiting()).isZero();
    assertThat(runs.run(ask(Operation.BACKFILL, 100), () -> false).remaining()).isZero();
    assertThat(setup.differences()).isEmpty();
  }

  @Test
  void where_no_backfill_is_begun_by_applying_rows_are_left_to_whoever_begins_one() {
    test.sql(
        "create table letters (id int primary key, body text)",
        "insert into letters select i, 'letter ' || i from generate_series(1, 25) i");
    Setup left =
        Setup.apply(
            test,
            provider,
            """
              notes: {table: notes, text: body, collections: [scripted], sync: scheduled}
              letters: {table: letters, text: body, collections: [scripted], sync: manual, initial-backfill: false}
            """);
    left.drain();
    assertThat(test.number("select count(*) from letters_scripted_vectors")).isZero();
    assertThat(test.number("select count(*) from vectorkeeper.backfill where collection_id = 2"))
        .isZero();
    RunRequest some =
        RunRequest.of(
            Operation.BACKFILL, "letters", JsonNodeFactory.instance.objectNode().put("limit", 10));
    try (Worker worker = left.worker()) {
      RunResult result = runs.run(some, () -> false);
      assertThat(result.embedded()).isEqualTo(10);
      assertThat(result.remaining()).isEqualTo(15);
    }
    assertThat(test.number("select max(id) from letters_scripted_vectors")).isEqualTo(10);
  }

  @Test
  void a_run_is_cancelled_between_batches_and_loses_nothing() {
    test.sql("insert into notes select i, 'note ' || i from generate_series(1, 2000) i");
    RunResult result = runs.run(ask(Operation.QUEUE, 2_000), () -> provider.requests() > 4);
    assertThat(result.processed()).isBetween(1, 1_999);
    assertThat(result.processed() + result.remaining()).isEqualTo(2_000);
  }

  @Test
  void what_cannot_be_done_is_said() {
    assertThatThrownBy(
            () ->
                runs.run(
                    new RunRequest(
                        Operation.QUEUE,
                        "notes",
                        new SoughtProfile(
                            Optional.empty(),
                            Optional.of("jina"),
                            Optional.empty(),
                            Optional.of(1_024),
                            Optional.empty()),
                        Optional.empty(),
                        Optional.empty(),
                        Duration.ofSeconds(1)),
                    () -> false))
        .hasMessage(
            "The source notes has no collection with provider jina, 1024 dimensions; it has scripted.");
    new Catalog(test.database().jdbi()).pause("scripted");
    assertThatThrownBy(() -> runs.run(ask(Operation.QUEUE, 1), () -> false))
        .hasMessageContaining("The profile scripted is paused")
        .extracting("code")
        .isEqualTo("VK-U01");
    assertThat(List.of(Operation.values())).extracting(Operation::toString).contains("sync");
  }

  @Test
  void a_provider_that_asks_for_an_hour_does_not_hold_a_run_longer_than_it_may_take() {
    test.sql("insert into notes values (1, 'a note')");
    provider.before(
        texts -> {
          throw new EmbeddingFailure(
              FailureKind.RATE_LIMITED, "later", java.time.Instant.now().plusSeconds(3_600), null);
        });
    RunRequest request = ask(Operation.QUEUE, 10);
    RunResult result =
        runs.run(
            new RunRequest(
                request.operation(),
                request.source(),
                request.profile(),
                request.limit(),
                request.last(),
                Duration.ofSeconds(1)),
            () -> false);
    assertThat(result.embedded()).isZero();
    assertThat(result.durationMs()).isLessThan(30_000);
  }

  @Test
  void a_backfill_that_is_running_already_is_helped_with_so_many_rows() {
    test.sql(
        "alter table notes disable trigger user",
        "insert into notes select i, 'note ' || i from generate_series(1, 1000) i");
    new dev.vectorkeeper.backfill.BackfillRuns(test.database(), setup.providers())
        .start("notes", Optional.empty(), dev.vectorkeeper.backfill.BackfillOptions.NONE);
    assertThat(runs.run(ask(Operation.BACKFILL, 20), () -> false).processed()).isEqualTo(20);
  }
}
