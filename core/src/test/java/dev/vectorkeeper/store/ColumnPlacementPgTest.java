package dev.vectorkeeper.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.migrate.MigrationListener;
import dev.vectorkeeper.migrate.MigrationOptions;
import dev.vectorkeeper.migrate.MigrationState;
import dev.vectorkeeper.migrate.Migrator;
import dev.vectorkeeper.queue.BatchResult;
import dev.vectorkeeper.status.CollectionStatus;
import dev.vectorkeeper.status.Status;
import dev.vectorkeeper.testing.Declaring;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.StoredVectors;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.testing.TestRole;
import dev.vectorkeeper.verify.Verification;
import dev.vectorkeeper.verify.VerificationOptions;
import dev.vectorkeeper.verify.VerificationReport;
import dev.vectorkeeper.worker.Worker;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Vectors in a column of the user's own table, which the application reads and writes, too. */
class ColumnPlacementPgTest {
  private static final String SOURCE =
      "  entries: {table: entries, text: body, where: \"deleted_at is null\", collections: [scripted], placement: {column: embedding}}\n";

  private TestDatabase test;
  private ScriptedProvider provider;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    provider = new ScriptedProvider(16, 100);
    test.sql(
        "create table entries (id bigint primary key, body text, deleted_at timestamptz, looks int default 0)");
  }

  @AfterEach
  void close() {
    test.close();
  }

  private Setup filled(int rows) {
    test.sql(
        "insert into entries (id, body) select g, 'body ' || g from generate_series(1, "
            + rows
            + ") g");
    Setup setup = Setup.apply(test, provider, SOURCE);
    setup.drain();
    return setup;
  }

  private String vector(String text) {
    return Arrays.toString(provider.vector(text)).replace(" ", "");
  }

  private void assertRight() {
    Map<String, float[]> stored = StoredVectors.of(test, "entries_scripted_vectors", "id");
    for (String row :
        test.column(
            "select id || ' ' || case when deleted_at is null then body else '' end from entries where body is not null")) {
      int space = row.indexOf(' ');
      String text = row.substring(space + 1);
      float[] vector = stored.get(row.substring(0, space));
      if (text.isBlank()) {
        assertThat(vector).as(row).isNull();
      } else {
        assertThat(vector).as(row).containsExactly(provider.vector(text));
      }
    }
  }

  @Test
  void the_column_is_made_filled_indexed_and_searched() {
    filled(300);
    assertRight();
    assertThat(
            test.column(
                "select format_type(atttypid, atttypmod) from pg_attribute where attrelid = 'entries'::regclass and attname = 'embedding'"))
        .containsExactly("vector(16)");
    assertThat(
            test.column("select id from match_entries('%s') limit 1".formatted(vector("body 17"))))
        .containsExactly("17");
    assertThat(
            test.column(
                "select id from entries_embeddings_active order by embedding <=> '%s' limit 1"
                    .formatted(vector("body 18"))))
        .containsExactly("18");
    CollectionStatus status = new Status(test.database()).collections().get(0);
    assertThat(status.rows().coverage()).isEqualTo(1);
    assertThat(status.indexReady()).isTrue();
    VerificationReport report =
        new Verification(test.database())
            .run("entries", Optional.empty(), VerificationOptions.DEFAULT);
    assertThat(report.failures()).isEmpty();
    assertThat(report.vectors()).isEqualTo(300);
  }

  @Test
  void searches_use_the_index_on_the_column() throws SQLException {
    filled(300);
    try (Connection session = test.session();
        Statement statement = session.createStatement()) {
      statement.execute("analyze entries");
      statement.execute("set enable_seqscan = off");
      var rows =
          statement.executeQuery(
              "explain select id from entries_embeddings_active order by embedding::vector(16) <=> '%s' limit 3"
                  .formatted(vector("body 1")));
      StringBuilder plan = new StringBuilder();
      while (rows.next()) {
        plan.append(rows.getString(1)).append('\n');
      }
      assertThat(plan.toString()).contains("Index Scan using");
      assertThat(
              test.number(
                  "select count(*) from pg_indexes where tablename = 'entries' and indexdef like '%hnsw%'"))
          .isEqualTo(1);
    }
  }

  @Test
  void every_change_of_the_application_is_followed_and_our_own_writes_are_not() {
    Setup setup = filled(20);
    assertThat(setup.waiting()).isZero();
    test.sql(
        "insert into entries (id, body) values (100, 'new')",
        "update entries set body = 'changed' where id = 1",
        "delete from entries where id = 2",
        "update entries set deleted_at = now() where id = 3",
        "update entries set body = ' ' where id = 4",
        "update entries set id = 200 where id = 5",
        "update entries set looks = looks + 1",
        "insert into entries (id, body) values (6, 'upserted') on conflict (id) do update set body = excluded.body");
    setup.drain();
    assertRight();
    assertThat(setup.waiting()).isZero();
    assertThat(test.column("select id from entries where embedding is null order by id"))
        .containsExactly("3", "4");
    assertThat(setup.drain().processed()).isZero();
  }

  @Test
  void a_vector_set_to_null_is_made_again() {
    Setup setup = filled(10);
    int asked = provider.requests();
    test.sql("update entries set embedding = null where id in (3, 4)");
    assertThat(setup.drain().embedded()).isEqualTo(2);
    assertThat(provider.requests()).isGreaterThan(asked);
    assertRight();
  }

  @Test
  void a_vector_of_the_applications_own_is_kept_until_the_text_changes() {
    Setup setup = filled(10);
    String own = vector("something else");
    int asked = provider.requests();
    test.sql(
        "update entries set embedding = '%s' where id = 1".formatted(own),
        "insert into entries (id, body, embedding) values (50, 'with its vector', '%s')"
            .formatted(own));
    BatchResult result = setup.drain();
    assertThat(result.embedded()).isZero();
    assertThat(provider.requests()).isEqualTo(asked);
    assertThat(
            test.column("select id from entries where embedding = '%s' order by id".formatted(own)))
        .containsExactly("1", "50");
    assertThat(test.number("select count(*) from vectorkeeper.column_1 where kept")).isEqualTo(2);
    test.sql("update entries set body = 'changed' where id = 1");
    setup.drain();
    assertThat(test.column("select embedding::text from entries where id = 1"))
        .containsExactly(vector("changed"));
    test.sql("update entries set deleted_at = now() where id = 50");
    setup.drain();
    assertThat(test.number("select count(*) from entries where id = 50 and embedding is not null"))
        .isEqualTo(1);
  }

  @Test
  void a_filled_column_is_taken_over_without_a_call() {
    test.sql(
        "alter table entries add column embedding vector(16)",
        "insert into entries (id, body, embedding) select g, 'body ' || g, array_fill(g::real, array[16])::vector from generate_series(1, 50) g",
        "insert into entries (id, body) values (99, 'without')",
        "create index mine on entries using hnsw (embedding vector_cosine_ops)");
    Setup setup = Setup.apply(test, provider, SOURCE);
    assertThat(setup.drain().embedded()).isEqualTo(1);
    assertThat(provider.requests()).isEqualTo(1);
    assertThat(test.column("select embedding::text from entries where id = 7"))
        .containsExactly("[7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7]");
    assertThat(
            test.column(
                "select indexname from pg_indexes where tablename = 'entries' and indexdef like '%hnsw%'"))
        .containsExactly("mine");
    assertThat(new Status(test.database()).collections().get(0).rows().coverage()).isEqualTo(1);
  }

  @Test
  void a_batch_is_one_write_where_the_table_has_no_vector_index_and_several_where_it_has() {
    String unindexed = SOURCE.stripTrailing().replaceFirst("}$", ", index: {type: none}}\n");
    String writes = "select count(distinct xmin::text) from entries where embedding is not null";
    test.sql("insert into entries (id, body) select g, 'body ' || g from generate_series(1, 90) g");
    Setup.apply(test, provider, unindexed).drain();
    assertThat(test.number(writes)).isEqualTo(1);
    test.sql(
        "create index on entries using hnsw (embedding vector_cosine_ops)",
        "update entries set embedding = null");
    Setup.apply(test, provider, unindexed).drain();
    assertThat(test.number(writes)).isEqualTo(12);
    assertRight();
  }

  @Test
  void equal_texts_are_embedded_once() {
    Setup setup = filled(3);
    int asked = provider.requests();
    test.sql("insert into entries (id, body) values (50, 'body 1'), (51, 'body 2')");
    assertThat(setup.drain().embedded()).isEqualTo(2);
    assertThat(provider.requests()).isEqualTo(asked);
    assertRight();
  }

  @Test
  void a_row_that_the_application_holds_is_passed_over_and_comes_again() throws Exception {
    Setup setup = filled(10);
    test.sql("update entries set body = 'changed ' || id where id <= 4");
    try (Connection holder = test.session();
        Statement statement = holder.createStatement();
        Worker worker = setup.worker()) {
      holder.setAutoCommit(false);
      statement.execute("update entries set looks = 1 where id = 2");
      await()
          .until(
              () ->
                  test.number(
                          "select count(*) from entries where embedding = '%s'"
                              .formatted(vector("changed 3")))
                      == 1);
      assertThat(
              test.number(
                  "select count(*) from entries where embedding = '%s'"
                      .formatted(vector("changed 2"))))
          .isZero();
      holder.commit();
      await()
          .until(
              () ->
                  test.number(
                          "select count(*) from entries where embedding = '%s'"
                              .formatted(vector("changed 2")))
                      == 1);
    }
  }

  @Test
  void under_a_load_that_never_stops_every_vector_is_right_in_the_end() {
    filled(200);
    Setup setup = Setup.apply(test, provider, SOURCE);
    try (Worker worker = setup.worker()) {
      List<CompletableFuture<Void>> writers =
          java.util.stream.IntStream.range(0, 4)
              .mapToObj(
                  n ->
                      CompletableFuture.runAsync(
                          () -> write(n), task -> new Thread(task, "writer").start()))
              .toList();
      writers.forEach(CompletableFuture::join);
      await().until(() -> setup.waiting() == 0);
    }
    assertRight();
  }

  private void write(int seed) {
    Random random = new Random(seed);
    try (Connection session = test.session();
        Statement statement = session.createStatement()) {
      for (int i = 0; i < 400; i++) {
        int id = 1 + random.nextInt(200);
        switch (random.nextInt(6)) {
          case 0 -> statement.execute("delete from entries where id = " + id);
          case 1 ->
              statement.execute(
                  "insert into entries (id, body) values (%d, 'again %d') on conflict do nothing"
                      .formatted(id, i));
          case 2 -> statement.execute("update entries set embedding = null where id = " + id);
          case 3 ->
              statement.execute(
                  "update entries set deleted_at = case when deleted_at is null then now() end where id = "
                      + id);
          case 4 ->
              statement.execute(
                  "update entries set body = 'many %d' where id between %d and %d + 5 "
                      .formatted(i, id, id));
          default ->
              statement.execute(
                  "update entries set body = 'text %d %d' where id = %d".formatted(seed, i, id));
        }
      }
    } catch (SQLException e) {
      // the application's own statements may deadlock with each other, never with us
      if (!"40P01".equals(e.getSQLState())) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Test
  void what_cannot_hold_vectors_is_refused_with_a_reason() {
    test.sql("alter table entries add column embedding vector(8)");
    assertThatThrownBy(() -> Setup.apply(test, provider, SOURCE))
        .hasMessageContaining(
            "cannot keep its vectors in the column embedding: it is of type vector(8), and the profile makes vectors of 16 dimensions");
    test.sql("create table parted (id bigint primary key, body text) partition by range (id)");
    assertThatThrownBy(
            () ->
                Setup.apply(
                    test,
                    provider,
                    "  parted: {table: parted, text: body, collections: [scripted], placement: {column: embedding}}\n"))
        .hasMessageContaining("is partitioned");
    assertThatThrownBy(
            () ->
                Setup.apply(
                    test,
                    provider,
                    "  entries: {table: entries, text: body, collections: [scripted], chunking: {max-tokens: 100}, placement: {column: embedding, table: other}}\n"))
        .hasMessageContaining("have no meaning beside it")
        .hasMessageContaining("a column holds one vector a row");
  }

  @Test
  void a_reader_sees_what_the_policies_let_him_see() throws SQLException {
    try (TestRole reader = TestRole.create(test, "")) {
      test.sql(
          "alter table entries enable row level security",
          "create policy odd on entries for select using (id % 2 = 1)",
          "grant select on entries to " + reader.name());
      filled(20);
      assertThat(reader.column("select count(*) from entries_embeddings_active"))
          .containsExactly("10");
      assertThat(reader.column("select count(*) from entries_embeddings")).containsExactly("10");
      assertThat(reader.column("select count(*) from entries_scripted_vectors"))
          .containsExactly("10");
      assertThat(
              reader.column(
                  "select count(*) from match_entries('%s', match_count => 100)"
                      .formatted(vector("body 2"))))
          .containsExactly("10");
      test.sql("drop owned by " + reader.name());
    }
  }

  @Test
  void retiring_it_leaves_the_users_column_alone() {
    filled(10);
    String twoCollections =
        "  entries: {table: entries, text: body, where: \"deleted_at is null\", collections: [scripted, other], placement: {column: embedding}}\n";
    Declaring both = Declaring.of(provider, twoCollections);
    both.apply(test.database());
    both.drain(test.database());
    test.sql("select vectorkeeper.switch_source('entries', 'other', null, false)");
    Migrator migrator =
        new Migrator(
            test.database(),
            both.configuration(),
            both.providers(),
            Setup.QUICK,
            MigrationListener.NONE);
    migrator.retire("entries", "scripted", Optional.empty(), false);
    assertThat(test.number("select count(*) from entries where embedding is not null"))
        .isEqualTo(10);
    test.sql("update entries set embedding = null where id = 1");
    assertThat(both.drain(test.database()).processed()).isZero();
    assertThat(test.number("select count(*) from entries_embeddings_active")).isEqualTo(10);

    migrator.run(
        "entries",
        "scripted",
        MigrationOptions.DEFAULT.withSearchesNamed().forced(),
        MigrationState.CUT_OVER);
    assertThat(test.number("select count(*) from entries where embedding is not null"))
        .isEqualTo(10);
    assertRight();
  }

  @Test
  void a_vector_to_be_removed_from_a_row_that_is_held_is_removed_later() throws Exception {
    Setup setup = filled(10);
    try (Connection holder = test.session();
        Statement statement = holder.createStatement();
        Worker worker = setup.worker()) {
      holder.setAutoCommit(false);
      test.sql("update entries set deleted_at = now() where id in (2, 3)");
      statement.execute("select from entries where id = 2 for update");
      await()
          .until(
              () ->
                  test.number("select count(*) from entries where id = 3 and embedding is null")
                      == 1);
      assertThat(test.number("select count(*) from vectorkeeper.column_1 where k1 = 2"))
          .isEqualTo(1);
      holder.commit();
      await()
          .until(
              () ->
                  test.number("select count(*) from entries where id = 2 and embedding is null")
                      == 1);
      await().until(() -> setup.waiting() == 0);
      assertThat(test.number("select count(*) from vectorkeeper.column_1")).isEqualTo(8);
    }
  }

  @Test
  void a_vector_column_that_is_renamed_is_reported() {
    Setup setup = filled(5);
    test.sql("alter table entries rename embedding to emb");
    test.sql("update entries set body = 'goes on' where id = 1");
    assertThat(
            dev.vectorkeeper.declare.DriftOfSource.find(
                test.database(), setup.collection().source()))
        .anyMatch(
            f ->
                f.sentence()
                    .contains("the column embedding of public.entries, which holds vectors"));
    test.sql("alter table entries rename emb to embedding");
    setup.drain();
    assertRight();
  }
}
