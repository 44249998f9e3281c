package dev.vectorkeeper.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.backfill.Backfills;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.declare.Apply;
import dev.vectorkeeper.status.Status;
import dev.vectorkeeper.testing.Declaring;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.TestDatabase;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Indexes of every kind and precision, and that searches find by them what an exact scan finds. */
class IndexPlanPgTest {
  private static final int ROWS = 1_500;
  private TestDatabase test;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql(
        "create table entries (id bigint primary key, body text)",
        "insert into entries select g, 'body ' || g from generate_series(1, " + ROWS + ") g",
        "analyze entries");
  }

  @AfterEach
  void close() {
    test.close();
  }

  private static Declaring declaring(ScriptedProvider provider, String index) {
    return Declaring.of(
        provider,
        "  entries: {table: entries, text: body, collections: [scripted], index: {%s}}\n"
            .formatted(index));
  }

  private Apply.Plan apply(ScriptedProvider provider, String index) {
    Declaring declaring = declaring(provider, index);
    Apply.Plan plan = declaring.apply(test.database());
    declaring.drain(test.database());
    test.sql("analyze entries_scripted_vectors");
    return plan;
  }

  private String index() {
    return test.column(
            "select pg_get_indexdef(to_regclass('entries_scripted_vectors_embedding_idx'))")
        .get(0);
  }

  /** Of ten rows' ten nearest, how many the match function finds. */
  private double recall(ScriptedProvider provider, String operator) {
    int found = 0;
    for (int i = 1; i <= 10; i++) {
      String query = "'" + java.util.Arrays.toString(provider.vector("query " + i)) + "'::vector";
      List<String> exact =
          test.column(
              "select id from entries_scripted_vectors order by embedding %s %s, id limit 10"
                  .formatted(operator, query));
      List<String> matched = test.column("select id from match_entries(" + query + ")");
      assertThat(matched).hasSize(10);
      found += (int) matched.stream().filter(exact::contains).count();
    }
    return found / 100.0;
  }

  @Test
  void more_dimensions_than_a_vector_index_takes_are_indexed_in_half_precision() {
    ScriptedProvider provider = new ScriptedProvider(2_048, 1_000);
    assertThat(apply(provider, "type: hnsw").notes())
        .contains(
            "The index of entries/scripted holds its 2,048 dimensions in half precision; what it finds is ranked again in full precision.");
    assertThat(index()).contains("halfvec(2048)").contains("halfvec_cosine_ops");
    // Random directions of so many dimensions are all but equally far from each other.
    assertThat(recall(provider, "<=>")).isGreaterThanOrEqualTo(0.6);
    assertThat(
            test.column(
                "explain (costs off) select id from entries_embeddings_active order by embedding::halfvec(2048) <=> (select embedding from entries_scripted_vectors where id = 1)::halfvec(2048) limit 5"))
        .anyMatch(line -> line.contains("entries_scripted_vectors_embedding_idx"));
  }

  @Test
  void and_still_more_by_their_signs() {
    ScriptedProvider provider = new ScriptedProvider(4_100, 200);
    test.sql("delete from entries where id > 400");
    assertThat(apply(provider, "distance: cosine").notes())
        .anyMatch(note -> note.contains("holds the signs of its 4,100 dimensions"));
    assertThat(index()).contains("binary_quantize").contains("bit_hamming_ops");
    assertThat(recall(provider, "<=>")).isGreaterThanOrEqualTo(0.9);
  }

  @Test
  void ivfflat_takes_its_lists_by_rule_or_as_declared() {
    ScriptedProvider provider = new ScriptedProvider(16, 1_000);
    apply(provider, "type: ivfflat");
    assertThat(index()).contains("ivfflat").contains("lists='2'");
    // One of two lists is searched, and random directions fall into both.
    assertThat(recall(provider, "<=>")).isGreaterThanOrEqualTo(0.3);
  }

  @Test
  void too_many_lists_for_the_rows_are_warned_of() {
    ScriptedProvider provider = new ScriptedProvider(16, 1_000);
    assertThat(apply(provider, "type: ivfflat, lists: 100, distance: l2").notes())
        .anyMatch(
            note -> note.startsWith("100 lists are many for the 1,500 rows of entries/scripted"));
    assertThat(notes()).hasSize(1);
    assertThat(index()).contains("lists='100'").doesNotContain("cosine");
    assertThat(recall(provider, "<->")).isGreaterThanOrEqualTo(0.3);
  }

  @Test
  void lists_that_were_made_for_far_fewer_rows_are_made_anew_at_the_end_of_a_backfill() {
    test.sql("delete from entries where id > 300");
    ScriptedProvider provider = new ScriptedProvider(16, 1_000);
    apply(provider, "type: ivfflat");
    assertThat(index()).contains("lists='1'");
    assertThat(notes()).isEmpty();
    test.sql("insert into entries select g, 'body ' || g from generate_series(301, 4000) g");
    Declaring declaring = declaring(provider, "type: ivfflat");
    declaring.drain(test.database());
    assertThat(index()).as("changes alone build nothing").contains("lists='1'");
    assertThat(notes())
        .anyMatch(
            note -> note.contains("was built over 300 rows, and there are more than 4 times"));
    test.database().jdbi().useTransaction(handle -> new Backfills(collection()).start(handle));
    declaring.drain(test.database());
    assertThat(index()).contains("lists='4'");
    assertThat(notes()).isEmpty();
    assertThat(new VectorIndex(collection(), test.database()).isReady()).isTrue();
    assertThat(test.number("select count(*) from pg_class where relname like '%ccnew%'")).isZero();
  }

  private Collection collection() {
    return new Catalog(test.database().jdbi()).liveCollections().get(0);
  }

  private List<String> notes() {
    return new VectorIndex(collection(), test.database()).notes();
  }

  @Test
  void inner_product_and_half_precision_by_choice_with_parameters() {
    ScriptedProvider provider = new ScriptedProvider(32, 1_000);
    apply(provider, "distance: inner-product, precision: half, m: 24, ef-construction: 128");
    assertThat(index())
        .contains("halfvec_ip_ops")
        .contains("m='24'")
        .contains("ef_construction='128'");
    assertThat(recall(provider, "<#>")).isGreaterThanOrEqualTo(0.9);
  }

  @Test
  void an_index_that_cannot_hold_the_dimensions_is_refused_before_anything_is_done() {
    assertThatThrownBy(
            () ->
                declaring(new ScriptedProvider(2_001, 10), "precision: full")
                    .apply(test.database()))
        .hasMessageContaining("An index of full precision takes up to 2,000 dimensions")
        .hasMessageContaining("choose half");
    assertThatThrownBy(
            () -> declaring(new ScriptedProvider(4_100, 10), "distance: l2").apply(test.database()))
        .hasMessageContaining("type hnsw and distance cosine only");
    assertThat(test.number("select count(*) from pg_class where relname like 'entries_%vectors'"))
        .isZero();
  }

  @Test
  void status_tells_of_an_index_while_it_is_being_built() throws Exception {
    ScriptedProvider provider = new ScriptedProvider(16, 1_000);
    apply(provider, "type: hnsw");
    test.sql("drop index entries_scripted_vectors_embedding_idx");
    Collection collection = new Catalog(test.database().jdbi()).liveCollections().get(0);
    Status status = new Status(test.database());
    Thread build = new Thread(() -> new VectorIndex(collection, test.database()).ensure());
    try (Connection writer = test.session();
        Statement statement = writer.createStatement()) {
      // A concurrent build waits for whoever wrote before it began.
      writer.setAutoCommit(false);
      statement.execute("delete from entries_scripted_vectors where id = 1");
      build.start();
      await().until(() -> status.of(collection).indexBuilt().isPresent());
      assertThat(status.of(collection).indexReady()).isFalse();
      writer.rollback();
    }
    build.join();
    assertThat(status.of(collection).indexBuilt()).isEmpty();
    assertThat(status.of(collection).indexReady()).isTrue();
  }
}
