package dev.vectorkeeper.adopt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.testing.LocalKeeper;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.testing.WordNetTexts;
import dev.vectorkeeper.verify.VerificationOptions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Vectors of a real model that were made elsewhere are taken over; those of another are not. */
class AdoptionPgTest {
  private static final int ROWS = 300;
  private static final AdoptionOptions FROM =
      new AdoptionOptions(
          Optional.of(new SqlName("", "handmade")),
          List.of("note_id"),
          "vec",
          Optional.empty(),
          Optional.empty(),
          50,
          0.99,
          0.99,
          1);

  private TestDatabase test;

  /** A table of vectors as somebody's script left it, made by the model that is called minilm. */
  @BeforeEach
  void handmade() {
    test = TestDatabase.create();
    test.sql(
        "create table notes (id bigint primary key, body text, updated_at timestamptz default now() - interval '1 day')");
    WordNetTexts.fill(test, "notes", ROWS);
    try (Vectorkeeper keeper =
        LocalKeeper.open(test, "  made: {table: notes, text: body, collections: [minilm]}\n")) {
      keeper.apply();
      LocalKeeper.drain(keeper);
    }
    test.sql(
        "create table handmade as select id as note_id, embedding as vec, now() as made_at from made_minilm_vectors",
        "insert into handmade select 999999, vec, now() from handmade limit 1");
  }

  @AfterEach
  void close() {
    test.close();
  }

  private Vectorkeeper keeper(String profile) {
    Vectorkeeper keeper =
        LocalKeeper.open(
            test, "  notes: {table: notes, text: body, collections: [%s]}\n".formatted(profile));
    keeper.apply();
    return keeper;
  }

  private static long tokens(Vectorkeeper keeper) {
    return keeper.status().usage().stream().mapToLong(u -> u.total().tokens()).sum();
  }

  @Test
  void vectors_of_the_same_model_are_taken_over_without_being_made_again() {
    try (Vectorkeeper keeper = keeper("minilm")) {
      AdoptionReport dry = keeper.adoption().run("notes", Optional.empty(), FROM, true);
      assertThat(dry.adopted()).isZero();
      assertThat(test.number("select count(*) from notes_minilm_vectors")).isZero();
      AdoptionReport report = keeper.adoption().run("notes", Optional.empty(), FROM, false);
      assertThat(report.candidates()).isEqualTo(ROWS);
      assertThat(report.sampled()).isEqualTo(50);
      assertThat(report.agreeing()).isEqualTo(50);
      assertThat(report.shareLow()).isBetween(0.9, 0.95);
      assertThat(report.adopted()).isEqualTo(ROWS);
      long before = tokens(keeper);
      LocalKeeper.drain(keeper);
      assertThat(tokens(keeper)).isEqualTo(before);
      assertThat(
              keeper
                  .verification()
                  .run("notes", Optional.empty(), VerificationOptions.DEFAULT)
                  .passed())
          .isTrue();
      assertThatThrownBy(() -> keeper.adoption().run("notes", Optional.empty(), FROM, false))
          .hasMessageContaining("There is nothing to adopt for notes/minilm");
    }
  }

  @Test
  void vectors_of_another_model_are_refused() {
    try (Vectorkeeper keeper = keeper("bge")) {
      assertThatThrownBy(() -> keeper.adoption().run("notes", Optional.empty(), FROM, false))
          .hasMessageContaining(
              "The vectors are not those that bge makes: of 50 rows that were embedded again 0 have a cosine of 0.99 or more");
      assertThat(test.number("select count(*) from notes_bge_vectors")).isZero();
    }
  }

  @Test
  void rows_that_changed_since_are_embedded() {
    test.sql(
        "update notes set body = body || ', as is said now', updated_at = now() + interval '1 minute' where id <= 20");
    try (Vectorkeeper keeper = keeper("minilm")) {
      AdoptionReport report =
          keeper
              .adoption()
              .run("notes", Optional.empty(), FROM.withTimes("updated_at", "made_at"), false);
      assertThat(report.changed()).isEqualTo(20);
      assertThat(report.adopted()).isEqualTo(ROWS - 20);
      LocalKeeper.drain(keeper);
      assertThat(
              test.number(
                  "select count(*) from notes_minilm_vectors n join handmade h on h.note_id = n.id and h.vec = n.embedding"))
          .isEqualTo(ROWS - 20);
      assertThat(
              keeper
                  .verification()
                  .run("notes", Optional.empty(), VerificationOptions.DEFAULT)
                  .passed())
          .isTrue();
    }
  }

  @Test
  void a_filled_column_becomes_a_collection() {
    test.sql(
        "create table filled (id bigint primary key, body text, embedding vector(384))",
        "insert into filled select id, body, vec from notes join handmade on note_id = id");
    String source =
        "  filled: {table: filled, text: body, collections: [minilm], placement: {column: embedding}}\n";
    try (Vectorkeeper keeper = LocalKeeper.open(test, source)) {
      keeper.apply();
      long before = tokens(keeper);
      LocalKeeper.drain(keeper);
      assertThat(tokens(keeper)).isEqualTo(before);
      assertThat(test.number("select count(*) from vectorkeeper.column_2 where kept"))
          .isEqualTo(ROWS);
      AdoptionReport report =
          keeper.adoption().run("filled", Optional.empty(), AdoptionOptions.DEFAULT, false);
      assertThat(report.adopted()).isEqualTo(ROWS);
      assertThat(test.number("select count(*) from vectorkeeper.column_2 where kept")).isZero();
    }
  }

  @Test
  void what_cannot_be_read_is_said() {
    try (Vectorkeeper keeper = keeper("minilm")) {
      assertThatThrownBy(
              () ->
                  keeper.adoption().run("notes", Optional.empty(), AdoptionOptions.DEFAULT, false))
          .hasMessageContaining("say with --from which table the vectors are in");
      assertThatThrownBy(
              () ->
                  keeper
                      .adoption()
                      .run(
                          "notes",
                          Optional.empty(),
                          AdoptionOptions.DEFAULT.withFrom(new SqlName("", "nowhere")),
                          false))
          .hasMessageContaining("relation \"public.nowhere\" does not exist");
      assertThatThrownBy(() -> keeper.adoption().run("notes", Optional.of("bge"), FROM, false))
          .hasMessageContaining("The source notes has no collection under bge");
    }
  }
}
