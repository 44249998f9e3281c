package dev.vectorkeeper.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.queue.DeadLetters;
import dev.vectorkeeper.queue.DeadLetters.Failure;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows on which the user's own filter fails: each fails alone, and its writer never does. */
class UnreadableRowsPgTest {
  private final ScriptedProvider provider = new ScriptedProvider(8, 100);
  private TestDatabase test;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql(
        "create table entries (id bigint primary key, body text, y int not null default 1)",
        "create function grumble(y int) returns boolean immutable language plpgsql as"
            + " 'begin if y = 0 then raise ''y must not be 0''; end if; return true; end'");
  }

  @AfterEach
  void close() {
    test.close();
  }

  private Setup entries(String where) {
    Setup setup =
        Setup.apply(
            test,
            provider,
            "  entries: {table: entries, text: body, where: \"%s\", collections: [scripted]}\n"
                .formatted(where));
    setup.drain();
    return setup;
  }

  private List<Failure> failures() {
    return new DeadLetters(test.database().jdbi()).list("entries", 1_000);
  }

  @Test
  void a_row_on_which_the_filter_fails_fails_alone() {
    for (String where : List.of("10 / y > 1", "public.grumble(y)")) {
      Setup setup = entries(where);
      test.sql("insert into entries select g, 'text ' || g, 1 from generate_series(1, 120) g");
      test.sql("update entries set y = 0 where id = 77");
      setup.drain();
      assertThat(failures()).as(where).extracting(Failure::key).containsExactly("77");
      assertThat(test.number("select count(*) from entries_embeddings_active")).isEqualTo(119);
      test.sql(
          "update entries set body = 'other' where id <= 20", "delete from entries where id > 110");
      setup.drain();
      assertThat(setup.waiting()).as("an old failure harms no other row").isZero();
      assertThat(test.number("select count(*) from entries_embeddings_active")).isEqualTo(109);
      test.sql("update entries set y = 2 where id = 77");
      setup.drain();
      assertThat(failures()).isEmpty();
      assertThat(setup.differences()).isEmpty();
      close();
      open();
    }
  }

  @Test
  void a_backfill_passes_over_a_row_on_which_the_filter_fails() {
    test.sql(
        "insert into entries select g, 'text ' || g, case when g = 77 then 0 else 1 end from generate_series(1, 900) g",
        "analyze entries");
    Setup setup = entries("10 / y > 1");
    assertThat(failures()).extracting(Failure::key).containsExactly("77");
    assertThat(test.number("select count(*) from entries_embeddings_active")).isEqualTo(899);
    assertThat(setup.waiting()).isZero();
  }

  @Test
  void a_truncate_with_such_a_row_put_back_is_swept_all_the_same() {
    Setup setup = entries("10 / y > 1");
    test.sql("insert into entries select g, 'text ' || g, 1 from generate_series(1, 120) g");
    setup.drain();
    test.sql("truncate entries", "insert into entries values (7, 'bad', 0), (8, 'good', 1)");
    setup.drain();
    assertThat(failures()).extracting(Failure::key).containsExactly("7");
    assertThat(test.column("select id from entries_scripted_vectors where id <> 7"))
        .containsExactly("8");
  }
}
