package dev.vectorkeeper.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.TestDatabase;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Verification of rows with a key of two columns, and of rows cut into chunks. */
class CompositeKeyVerificationPgTest {
  @Test
  void orphans_are_named_and_waiting_deletes_are_none() {
    try (TestDatabase test = TestDatabase.create()) {
      test.sql(
          "create table parts (a int, b text, body text, primary key (a, b))",
          "insert into parts select g, 'x' || g, 'body ' || g from generate_series(1, 40) g");
      Setup setup =
          Setup.apply(
              test,
              new ScriptedProvider(8, 100),
              "  parts: {table: parts, text: body, collections: [scripted]}\n");
      setup.drain();
      test.sql("delete from parts where a = 1");
      assertThat(found(test)).containsEntry("orphan", List.of());
      setup.drain();
      test.sql(
          "alter table parts disable trigger user",
          "delete from parts where a = 7",
          "alter table parts enable trigger user");
      assertThat(found(test)).containsEntry("orphan", List.of("[\"7\", \"x7\"]"));
    }
  }

  @Test
  void a_chunk_of_an_older_text_is_stale() {
    try (TestDatabase test = TestDatabase.create()) {
      test.sql(
          "create table texts (id bigint primary key, body text)",
          "insert into texts select g, repeat('some words of text ' || g || ' ', 30) from generate_series(1, 5) g");
      Setup setup =
          Setup.apply(
              test,
              new ScriptedProvider(8, 100),
              "  texts: {table: texts, text: body, chunking: {max-tokens: 16}, collections: [scripted]}\n");
      setup.drain();
      assertThat(found(test)).containsEntry("stale", List.of());
      test.sql("update texts_scripted_vectors set content_hash = 'x' where id = 3 and chunk = 1");
      assertThat(found(test)).containsEntry("stale", List.of("3"));
    }
  }

  private static Map<String, List<String>> found(TestDatabase test) {
    return new Verification(test.database())
            .run(
                test.column("select name from vectorkeeper.source").get(0),
                Optional.empty(),
                VerificationOptions.DEFAULT)
            .checks()
            .stream()
            .collect(Collectors.toMap(Check::name, Check::sampleKeys));
  }
}
