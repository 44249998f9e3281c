package dev.vectorkeeper.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.declare.DriftOfSource;
import dev.vectorkeeper.testing.Declaring;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Triggers by the names that the file gives them. */
class TriggerNamesPgTest {
  private static final String NAMED =
      "{insert: trigger_queue_embedding_insert, update: \"Trigger 'queue' update\"}";

  private final ScriptedProvider provider = new ScriptedProvider(8, 100);
  private TestDatabase test;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql("create table jobs (id bigint primary key, title text)");
  }

  @AfterEach
  void close() {
    test.close();
  }

  private Declaring declaring(String capture) {
    return Declaring.of(
        provider,
        "  jobs: {table: jobs, text: title, collections: [scripted], placement: {column: embedding}, capture: "
            + capture
            + "}\n");
  }

  private List<String> triggers() {
    return test.column(
        "select t.tgrelid::regclass || '.' || tgname from pg_trigger t where not tgisinternal and tgparentid = 0 and tgrelid::regclass::text ~ 'jobs|parts' and tgfoid::regproc::text like 'vectorkeeper.capture%' order by 1");
  }

  private List<CaptureDrift.Finding> drift() {
    return DriftOfSource.find(
        test.database(), new Catalog(test.database().jdbi()).sources().get(0));
  }

  private void assertCaptured(Declaring declaring) {
    declaring.drain(test.database());
    test.sql("truncate jobs", "insert into jobs values (1, 'one'), (2, 'two'), (3, 'three')");
    declaring.drain(test.database());
    assertThat(test.number("select count(*) from jobs where embedding is not null")).isEqualTo(3);
    test.sql(
        "update jobs set title = title || '!' where id = 1",
        "update jobs set embedding = null where id = 2",
        "delete from jobs where id = 3");
    declaring.drain(test.database());
    assertThat(test.number("select count(*) from jobs_embeddings_active")).isEqualTo(2);
    assertThat(provider.timesAnswered("one!")).isPositive();
    assertThat(drift()).isEmpty();
  }

  @Test
  void names_can_be_given_changed_and_given_up() {
    Declaring named = declaring(NAMED);
    named.apply(test.database());
    assertThat(triggers())
        .containsExactly(
            "jobs.Trigger 'queue' update",
            "jobs.trigger_queue_embedding_insert",
            "jobs.vectorkeeper_jobs_delete",
            "jobs.vectorkeeper_jobs_rekey",
            "jobs.vectorkeeper_jobs_truncate",
            "jobs.vectorkeeper_jobs_vector");
    assertCaptured(named);
    assertThat(named.plan(test.database()).changes()).isEmpty();
    Declaring swapped =
        declaring(
            "{update: trigger_queue_embedding_insert, insert: \"Trigger 'queue' update\", delete: gone}");
    assertThat(swapped.apply(test.database()).changes())
        .containsExactly(
            "rename the trigger trigger_queue_embedding_insert on public.jobs to Trigger 'queue' update",
            "rename the trigger Trigger 'queue' update on public.jobs to trigger_queue_embedding_insert",
            "rename the trigger vectorkeeper_jobs_delete on public.jobs to gone");
    assertThat(triggers()).hasSize(6).contains("jobs.gone");
    assertCaptured(swapped);
    Declaring plain = declaring("{}");
    plain.apply(test.database());
    assertThat(triggers()).hasSize(6).allMatch(name -> name.startsWith("jobs.vectorkeeper_jobs_"));
    assertCaptured(plain);
  }

  @Test
  void a_lost_or_disabled_trigger_is_missed_under_its_name() {
    Declaring named = declaring(NAMED);
    named.apply(test.database());
    test.sql(
        "drop trigger trigger_queue_embedding_insert on jobs",
        "alter table jobs disable trigger \"Trigger 'queue' update\"");
    assertThat(drift()).extracting(CaptureDrift.Finding::code).containsExactly("VK-W04", "VK-W05");
    named.apply(test.database());
    assertCaptured(named);
  }

  @Test
  void a_trigger_of_the_users_own_keeps_its_name() {
    test.sql(
        "create function own() returns trigger language plpgsql as 'begin return new; end'",
        "create trigger trigger_queue_embedding_insert after insert on jobs for each row execute function own()");
    assertThatThrownBy(() -> declaring(NAMED).apply(test.database()))
        .isInstanceOf(VectorkeeperException.class)
        .hasMessageContaining(
            "already a trigger named trigger_queue_embedding_insert on public.jobs");
    test.sql("drop trigger trigger_queue_embedding_insert on jobs");
    declaring(NAMED).apply(test.database());
  }

  @Test
  void on_a_partitioned_table_those_of_the_partitions_follow() {
    test.sql(
        "create table parts (id bigint primary key, title text) partition by range (id)",
        "create table parts_low partition of parts for values from (0) to (100)");
    String source = "  parts: {table: parts, text: title, collections: [scripted], capture: %s}\n";
    Declaring named =
        Declaring.of(provider, source.formatted("{insert: added, truncate: cleared}"));
    named.apply(test.database());
    assertThat(triggers()).contains("parts.added", "parts.cleared", "parts_low.cleared");
    Declaring plain = Declaring.of(provider, source.formatted("{}"));
    plain.apply(test.database());
    assertThat(triggers()).hasSize(6).noneMatch(name -> name.matches(".*(added|cleared)"));
    assertThat(drift()).isEmpty();
    test.sql("insert into parts_low values (1, 'one')");
    plain.drain(test.database());
    assertThat(test.number("select count(*) from parts_embeddings_active")).isEqualTo(1);
  }
}
