package dev.vectorkeeper.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.provider.EmbeddingBatch;
import dev.vectorkeeper.provider.EmbeddingProvider;
import dev.vectorkeeper.provider.RequestLimits;
import dev.vectorkeeper.provider.TextSide;
import dev.vectorkeeper.queue.DeadLetters;
import dev.vectorkeeper.queue.DeadLetters.Failure;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.TestDatabase;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers that are no vectors of the space: none of them is ever stored. */
class BadVectorsPgTest {
  private static final Map<String, float[]> ANSWERS =
      Map.of(
          "good", new float[] {1, 2, 3},
          "zero", new float[] {0, 0, 0},
          "nothing for a float", new float[] {1e-30f, 0, 0},
          "not a number", new float[] {1, Float.NaN, 3},
          "infinite", new float[] {1, Float.NEGATIVE_INFINITY, 3},
          "short", new float[] {1, 2});

  private TestDatabase test;
  private Setup setup;

  private static final class Answers implements EmbeddingProvider {
    @Override
    public EmbeddingBatch embed(List<String> texts, TextSide side) {
      List<float[]> vectors = new ArrayList<>();
      if (!texts.contains("lost")) {
        texts.forEach(text -> vectors.add(ANSWERS.get(text)));
      }
      return new EmbeddingBatch(vectors, 1, new BitSet());
    }

    @Override
    public int dimensions() {
      return 3;
    }

    @Override
    public RequestLimits limits() {
      return new RequestLimits(100, 10_000, 1_000);
    }

    @Override
    public int concurrency() {
      return 1;
    }

    @Override
    public int countTokens(String text) {
      return 1;
    }

    @Override
    public void close() {}
  }

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql("create table entries (id text primary key, body text)");
    setup =
        Setup.apply(
            test,
            new Answers(),
            "  entries: {table: entries, text: body, collections: [scripted]}\n");
    setup.drain();
  }

  @AfterEach
  void close() {
    test.close();
  }

  private void insert(String... texts) {
    for (String text : texts) {
      test.sql("insert into entries values ('%s', '%s')".formatted(text, text));
    }
  }

  @Test
  void vectors_that_are_zero_or_not_finite_are_dead_letters_after_three_attempts() {
    insert("good", "zero", "nothing for a float", "not a number", "infinite");
    await()
        .until(
            () -> {
              setup.drain();
              return setup.waiting() == 0;
            });
    assertThat(test.column("select id from entries_embeddings_active")).containsExactly("good");
    List<Failure> failures = new DeadLetters(test.database().jdbi()).list("entries", 10);
    assertThat(failures)
        .extracting(Failure::key)
        .containsExactlyInAnyOrder("zero", "nothing for a float", "not a number", "infinite");
    assertThat(failures).allMatch(f -> f.code().equals("VK-P09") && f.attempts() == 3 && f.dead());
  }

  @Test
  void fewer_vectors_than_texts_are_no_answer_for_any_of_them() {
    insert("good", "lost");
    await()
        .until(
            () -> {
              setup.drain();
              return setup.waiting() == 0;
            });
    assertThat(test.column("select id from entries_embeddings_active")).containsExactly("good");
    assertThat(new DeadLetters(test.database().jdbi()).list("entries", 10))
        .extracting(Failure::key)
        .containsExactly("lost");
  }

  @Test
  void a_vector_of_another_dimension_pauses_the_profile_and_spends_no_attempt() {
    insert("short");
    Assertions.assertThatThrownBy(setup::drain)
        .isInstanceOf(VectorkeeperException.class)
        .hasMessageContaining("2 dimensions instead of 3");
    assertThat(new Catalog(test.database().jdbi()).profiles().get(0).paused())
        .hasValueSatisfying(why -> assertThat(why).contains("2 dimensions"));
    assertThat(test.number("select count(*) from entries_embeddings_active")).isZero();
    assertThat(new DeadLetters(test.database().jdbi()).list("entries", 10)).isEmpty();
    assertThat(setup.waiting()).as("the change is kept").isEqualTo(1);
  }
}
