package dev.vectorkeeper.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vectorkeeper.adopt.Adoption;
import dev.vectorkeeper.adopt.AdoptionOptions;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.testing.TestRole;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A table of vectors of the user's becomes the collection's and keeps what protects it. */
class ExistingTablePgTest {
  private static final String DOCS =
      "  docs: {table: docs, text: body, collections: [scripted], placement: {table: doc_vectors%s, key: {id: doc_id}}}\n";

  private static final String ADOPT = DOCS.formatted(", existing: adopt");

  private final ScriptedProvider provider = new ScriptedProvider(8, 100);
  private TestDatabase test;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql(
        "create table docs (id bigint primary key, body text, secret boolean not null default false)",
        "insert into docs select g, 'text ' || g, g % 2 = 0 from generate_series(1, 60) g");
    Setup made =
        Setup.apply(test, provider, "  made: {table: docs, text: body, collections: [scripted]}\n");
    made.drain();
    test.sql(
        "create table doc_vectors (doc_id bigint primary key references docs on delete cascade, embedding vector(8) not null, note text)",
        "insert into doc_vectors select id, embedding from made_scripted_vectors where id <= 50");
  }

  @AfterEach
  void close() {
    test.close();
  }

  @Test
  void its_own_policies_hide_what_they_hid_and_the_sources_hide_more() throws Exception {
    TestRole reader = TestRole.create(test, "");
    test.sql(
        "grant select on docs, doc_vectors to " + reader.name(),
        "alter table docs enable row level security",
        "create policy open_only on docs using (not secret)",
        "alter table doc_vectors enable row level security",
        "create policy early on doc_vectors using (doc_id <= 20)");
    Setup setup = Setup.apply(test, provider, ADOPT);
    int requests = provider.requests();
    new Adoption(test.database(), setup.providers())
        .run("docs", Optional.empty(), AdoptionOptions.DEFAULT, false);
    assertThat(provider.requests()).isEqualTo(requests + 1);
    setup.drain();
    assertThat(test.number("select count(*) from doc_vectors where content_hash is not null"))
        .isEqualTo(60);
    assertThat(reader.column("select count(*) from docs_embeddings_active")).containsExactly("10");
    test.sql("drop policy open_only on docs", "create policy all_of_them on docs using (true)");
    assertThat(reader.column("select count(*) from docs_embeddings_active")).containsExactly("20");
    test.close();
    reader.close();
  }

  @Test
  void a_table_is_taken_only_where_the_file_says_so_and_its_form_is_right() {
    assertThatThrownBy(() -> Setup.apply(test, provider, DOCS.formatted("")))
        .hasMessageContaining("say \"existing: adopt\" there");
    test.sql(
        "alter table doc_vectors add column model text not null default 'm'",
        "alter table doc_vectors alter column model drop default",
        "alter table doc_vectors drop constraint doc_vectors_pkey",
        "create unique index on doc_vectors (doc_id, model)");
    assertThatThrownBy(() -> Setup.apply(test, provider, ADOPT))
        .hasMessageContaining("no primary key or unique index of it is on doc_id alone")
        .hasMessageContaining("its column model takes no null and has no default");
    assertThat(
            test.column(
                "select attname from pg_attribute where attrelid = 'doc_vectors'::regclass"))
        .doesNotContain("content_hash");
  }
}
