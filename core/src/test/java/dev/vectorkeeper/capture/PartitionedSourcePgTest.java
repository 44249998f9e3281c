package dev.vectorkeeper.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.declare.DriftOfSource;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.TestDatabase;
import java.io.StringReader;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** A partitioned source: whichever way a row goes in, moves or leaves, its vector follows. */
class PartitionedSourcePgTest {
  private final ScriptedProvider provider = new ScriptedProvider(8, 100);
  private TestDatabase test;
  private Setup setup;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql(
        "create table events (id bigint primary key, body text, note text) partition by range (id)",
        "create table events_low partition of events for values from (0) to (100)",
        // the columns of this one stand in another order, as after years of changes
        "create table events_high (note text, gone int, body text, id bigint not null)",
        "alter table events_high drop column gone",
        "alter table events attach partition events_high for values from (100) to (200)",
        "insert into events values (1, 'one'), (101, 'hundred and one')");
    setup =
        Setup.apply(
            test, provider, "  events: {table: events, text: body, collections: [scripted]}\n");
    setup.drain();
  }

  @AfterEach
  void close() {
    test.close();
  }

  private void assertInStep(String... ids) {
    setup.drain();
    assertThat(setup.differences()).isEmpty();
    assertThat(test.column("select id from events_embeddings_active order by id"))
        .containsExactly(ids);
    assertThat(setup.waiting()).isZero();
  }

  private List<String> drift() {
    return DriftOfSource.find(test.database(), setup.collection().source()).stream()
        .map(CaptureDrift.Finding::code)
        .toList();
  }

  @Test
  void writes_to_the_root_are_captured() {
    test.sql(
        "insert into events values (2, 'two'), (102, 'more')",
        "update events set body = 'changed'",
        "delete from events where id = 1",
        "insert into events values (2, 'again') on conflict (id) do update set body = 'upserted'");
    assertInStep("2", "101", "102");
    assertThat(provider.timesAnswered("upserted")).isEqualTo(1);
    test.sql("update events set note = 'nothing of the text'");
    assertThat(setup.waiting()).isZero();
  }

  @Test
  void writes_straight_into_a_partition_are_captured() {
    test.sql(
        "insert into events_low values (3, 'three')",
        "insert into events_high (id, body) values (103, 'high')",
        "update events_high set body = 'changed' where id = 101",
        "delete from events_low where id = 1");
    assertInStep("3", "101", "103");
  }

  @Test
  void copy_into_the_root_and_into_a_partition_is_captured() throws Exception {
    try (Connection session = test.session()) {
      var copy = session.unwrap(PGConnection.class).getCopyAPI();
      copy.copyIn("copy events (id, body) from stdin", new StringReader("4\tfour\n104\thigh\n"));
      copy.copyIn("copy events_high (id, body) from stdin", new StringReader("105\thigh\n"));
    }
    assertInStep("1", "4", "101", "104", "105");
  }

  @Test
  void a_row_that_moves_between_partitions_takes_its_vector_along() {
    test.sql("update events set id = 150 where id = 1");
    assertInStep("101", "150");
    test.sql("update events set id = id - 100, body = body || '!'");
    assertInStep("1", "50");
  }

  @Test
  void truncating_one_partition_removes_its_vectors_only() {
    test.sql("truncate events_low");
    assertInStep("101");
    test.sql("truncate events");
    assertInStep();
  }

  @Test
  void a_partition_created_later_is_captured_and_its_truncate_after_the_next_apply() {
    test.sql(
        "create table events_later partition of events for values from (200) to (300)",
        "insert into events values (201, 'by the root')",
        "insert into events_later values (202, 'straight')");
    assertInStep("1", "101", "201", "202");
    assertThat(drift()).containsExactly("VK-W07");
    assertThat(setup.apply()).hasSize(1);
    assertThat(drift()).isEmpty();
    test.sql("truncate events_later");
    assertInStep("1", "101");
  }

  @Test
  void an_attached_partition_is_seen_by_drift_and_by_a_backfill() {
    test.sql(
        "create table events_old (id bigint primary key, body text, note text)",
        "insert into events_old values (301, 'brought along')",
        "alter table events attach partition events_old for values from (300) to (400)",
        "insert into events_old values (302, 'written afterwards')");
    assertThat(drift()).containsExactly("VK-W07");
    setup.backfill();
    assertInStep("1", "101", "301", "302");
  }

  @Test
  void a_detached_or_dropped_partition_leaves_no_orphan_after_a_backfill() {
    test.sql("alter table events detach partition events_low");
    setup.backfill();
    assertInStep("101");
    test.sql(
        "insert into events_low values (9, 'no part of the source any more')",
        "truncate events_low");
    assertInStep("101");
    test.sql("drop table events_high");
    setup.backfill();
    assertInStep();
  }

  @Test
  void a_trigger_of_one_partition_that_changes_the_text_is_reported_and_then_watched() {
    test.sql(
        "create function upper_body() returns trigger language plpgsql as 'begin new.body := upper(new.note); return new; end'",
        "create trigger t before update on events_low for each row execute function upper_body()");
    assertThat(drift()).containsExactly("VK-W06");
    setup.apply();
    setup.drain();
    test.sql("update events set note = 'seen' where id = 1");
    assertInStep("1", "101");
    assertThat(provider.timesAnswered("SEEN")).isEqualTo(1);
  }

  @Test
  void triggers_disabled_on_one_partition_are_reported_and_what_was_missed_is_caught_up() {
    test.sql(
        "alter table events_low disable trigger user",
        "update events set body = 'unseen' where id = 1",
        "insert into events values (7, 'unseen')");
    assertThat(drift()).contains("VK-W05");
    setup.apply();
    assertThat(drift()).isEmpty();
    assertInStep("1", "7", "101");
  }

  @Test
  void a_key_column_that_is_renamed_is_found_again_in_every_partition() {
    test.sql(
        "alter table events rename id to event",
        "insert into events values (5, 'five'), (106, 'high')",
        "insert into events_high (event, body) values (107, 'straight')",
        "update events set event = 60 where event = 1",
        "delete from events_high where event = 101");
    assertInStep("5", "60", "106", "107");
  }
}
