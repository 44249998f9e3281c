package dev.vectorkeeper.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.testing.LocalKeeper;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.testing.WordNetTexts;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Verification finds each planted defect, by count and sample keys, and none in clean data. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VerificationPgTest {
  private static final int ROWS = 3_000;
  private static final String VECTORS = "notes_minilm_vectors";

  private TestDatabase test;
  private Vectorkeeper keeper;

  @BeforeAll
  void embed() {
    test = TestDatabase.create();
    test.sql("create table notes (id bigint primary key, body text)");
    WordNetTexts.fill(test, "notes", ROWS);
    keeper = LocalKeeper.open(test, "  notes: {table: notes, text: body, collections: [minilm]}\n");
    keeper.apply();
    LocalKeeper.drain(keeper);
    test.sql("create table clean as select * from " + VECTORS);
  }

  @AfterAll
  void close() {
    keeper.close();
    test.close();
  }

  private VerificationReport verify() {
    return keeper.verification().run("notes", Optional.empty(), VerificationOptions.DEFAULT);
  }

  private static Map<String, Double> found(VerificationReport report) {
    return report.checks().stream().collect(Collectors.toMap(Check::name, Check::value));
  }

  /** Plants defects with the triggers off, as a restore or a superuser could. */
  private void plant(String... statements) {
    test.sql("alter table notes disable trigger user");
    test.sql(statements);
    test.sql("alter table notes enable trigger user");
  }

  private void restore() {
    test.sql(
        "delete from " + VECTORS,
        "insert into " + VECTORS + " select * from clean",
        "analyze " + VECTORS);
  }

  @Test
  void clean_data_has_no_defect() {
    VerificationReport report = verify();
    assertThat(report.failures()).isEmpty();
    assertThat(report.passed()).isTrue();
    assertThat(report.rows()).isEqualTo(ROWS);
    assertThat(report.vectors()).isEqualTo(ROWS);
    assertThat(report.pending()).isZero();
    assertThat(found(report)).containsEntry("truncated", 0.0);
    assertThat(report.search().orElseThrow().recall().value()).isGreaterThan(0.95);
  }

  @Test
  void each_planted_defect_is_found_with_its_count_and_keys() {
    String ten = " limit 10)";
    plant(
        "update notes set body = body || ' and so on' where id <= 50",
        "update %s set embedding = array_fill(0, array[384])::vector where id between 101 and 103"
            .formatted(VECTORS),
        "update %s set embedding = (select embedding + embedding from clean where id = 201) where id in (201, 202)"
            .formatted(VECTORS),
        "update %s set embedding = (select embedding from clean where id = 301) where id between 301 and 340"
            .formatted(VECTORS),
        "update %s set truncated = true where id between 401 and 405".formatted(VECTORS),
        "insert into %s (id, embedding, content_hash) select id + 1000000, embedding, content_hash from clean where id in (select id from clean where id > 500 order by id%s"
            .formatted(VECTORS, ten),
        "delete from %s where id in (601, 602)".formatted(VECTORS));
    try {
      VerificationReport report = verify();
      assertThat(report.passed()).isFalse();
      assertThat(found(report))
          .containsEntry("stale", 50.0)
          .containsEntry("zero", 3.0)
          .containsEntry("not-normalised", 2.0)
          .containsEntry("collapsed", 40.0)
          .containsEntry("truncated", 5.0)
          .containsEntry("orphan", 10.0)
          .containsEntry("missing", 2.0)
          .containsEntry("wrong-dimension", 0.0)
          .containsEntry("non-finite", 0.0);
      Map<String, List<String>> keys =
          report.checks().stream().collect(Collectors.toMap(Check::name, Check::sampleKeys));
      assertThat(keys.get("zero")).containsExactlyInAnyOrder("101", "102", "103");
      assertThat(keys.get("missing")).containsExactlyInAnyOrder("601", "602");
      assertThat(keys.get("stale"))
          .hasSize(5)
          .allSatisfy(key -> assertThat(Integer.parseInt(key)).isBetween(1, 50));
      assertThat(keys.get("orphan"))
          .hasSize(5)
          .allSatisfy(key -> assertThat(Integer.parseInt(key)).isGreaterThan(1_000_000));
      assertThat(report.failures().stream().map(Check::toString))
          .anyMatch(line -> line.startsWith("stale: 50 (at most 0), for example "));
    } finally {
      plant("update notes set body = replace(body, ' and so on', '') where id <= 50");
      restore();
    }
  }

  @Test
  void a_row_that_waits_in_the_queue_is_no_defect() {
    test.sql("update notes set body = body || ' for now' where id = 7");
    assertThat(verify().pending()).isEqualTo(1);
    assertThat(found(verify())).containsEntry("stale", 0.0);
    test.sql("update notes set body = replace(body, ' for now', '') where id = 7");
    LocalKeeper.drain(keeper);
  }

  @Test
  void an_invalid_index_is_named() {
    test.sql("drop index notes_minilm_vectors_embedding_idx");
    assertThat(found(verify())).containsEntry("index-invalid", 1.0);
    test.sql(
        "create index notes_minilm_vectors_embedding_idx on "
            + VECTORS
            + " using hnsw (embedding vector_cosine_ops)",
        "update pg_index set indisvalid = false where indexrelid = 'notes_minilm_vectors_embedding_idx'::regclass");
    try {
      VerificationReport report = verify();
      assertThat(report.passed()).isFalse();
      assertThat(found(report))
          .containsEntry("index-invalid", 1.0)
          .containsEntry("index-unused", 1.0);
    } finally {
      rebuild();
    }
    assertThat(verify().passed()).isTrue();
  }

  @Test
  void an_index_whose_recall_is_wrecked_is_named() {
    test.sql(
        "drop index notes_minilm_vectors_embedding_idx",
        "create index notes_minilm_vectors_embedding_idx on "
            + VECTORS
            + " using ivfflat (embedding vector_cosine_ops) with (lists = 500)");
    try {
      VerificationReport report = verify();
      assertThat(report.passed()).isFalse();
      assertThat(report.failures()).extracting(Check::name).containsExactly("recall");
    } finally {
      rebuild();
    }
  }

  private void rebuild() {
    test.sql("drop index notes_minilm_vectors_embedding_idx");
    try (var drain = keeper.drain()) {
      drain.run(keeper.startBackfill("notes"));
    }
  }

  @Test
  void limits_can_be_asked_for_and_unknown_checks_are_refused() {
    VerificationOptions strict =
        new VerificationOptions(
            Map.of(CheckKind.P95, 0.000_001), 20, 5, 3, Optional.empty(), List.of(), List.of());
    VerificationReport report = keeper.verification().run("notes", Optional.of("minilm"), strict);
    assertThat(report.failures()).extracting(Check::name).containsExactly("p95");
    assertThat(
            test.column(
                "select passed from vectorkeeper.verification order by verification_id desc limit 1"))
        .containsExactly("f");
    assertThatThrownBy(() -> CheckKind.named("speed"))
        .hasMessageContaining("There is no check \"speed\"; there are missing, orphan");
    assertThatThrownBy(
            () ->
                keeper.verification().run("notes", Optional.of("bge"), VerificationOptions.DEFAULT))
        .hasMessageContaining(
            "The source notes has no collection under a profile bge; it has minilm.");
  }
}
