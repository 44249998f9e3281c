package dev.vectorkeeper.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Texts that are cut: all chunks of a row together, none of an older text left. */
class ChunkingPgTest {
  private final ScriptedProvider provider = new ScriptedProvider(8, 100);
  private TestDatabase test;
  private Setup setup;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql("create table docs (id int primary key, body text)");
    setup =
        Setup.apply(
            test,
            provider,
            """
              docs:
                table: docs
                text: body
                collections: [scripted]
                chunking: {max-tokens: 20, overlap: 4}
            """);
    setup.drain();
  }

  @AfterEach
  void close() {
    test.close();
  }

  private long chunks(int id) {
    return test.number("select count(*) from docs_embeddings_active where id = " + id);
  }

  @Test
  void a_long_text_has_several_chunks_whose_places_cover_it() {
    test.sql(
        "insert into docs select 1, string_agg('word' || g, ' ') from generate_series(1, 60) g");
    assertThat(setup.drain().embedded()).isEqualTo(1);
    assertThat(chunks(1)).isGreaterThan(4);
    assertThat(
            test.number(
                "select max(chunk_end) - (select length(body) from docs) from docs_scripted_vectors"))
        .isZero();
    assertThat(test.column("select chunk from docs_embeddings_active order by chunk"))
        .doesNotHaveDuplicates()
        .startsWith("0", "1");
  }

  @Test
  void a_text_that_shrinks_leaves_no_later_chunks() {
    test.sql(
        "insert into docs select 1, string_agg('word' || g, ' ') from generate_series(1, 60) g");
    setup.drain();
    test.sql("update docs set body = 'short now'");
    setup.drain();
    assertThat(chunks(1)).isEqualTo(1);
    test.sql("delete from docs");
    setup.drain();
    assertThat(chunks(1)).isZero();
  }

  @Test
  void one_refused_chunk_keeps_the_whole_row_out() {
    provider.refuse(
        text -> text.contains("poison"),
        new dev.vectorkeeper.provider.EmbeddingFailure(
            dev.vectorkeeper.provider.FailureKind.INVALID_INPUT, "refused"));
    test.sql(
        "insert into docs select 1, string_agg('word' || g, ' ') || ' poison' from generate_series(1, 60) g",
        "insert into docs values (2, 'fine')");
    setup.drain();
    assertThat(chunks(1)).isZero();
    assertThat(chunks(2)).isEqualTo(1);
    assertThat(test.column("select key from vectorkeeper.dead_letter")).containsExactly("1");
  }
}
