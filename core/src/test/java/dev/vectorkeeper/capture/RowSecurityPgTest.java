package dev.vectorkeeper.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vectorkeeper.declare.DriftOfSource;
import dev.vectorkeeper.testing.Declaring;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.testing.TestRole;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Row level security on a source: readers see the vectors of their rows, writers just write. */
class RowSecurityPgTest {
  private static final String DOCS =
      "  docs: {table: docs, text: body, collections: [scripted], placement: {key: {id: doc_id}}}\n";

  private final ScriptedProvider provider = new ScriptedProvider(8, 100);
  private TestDatabase test;
  private TestRole reader;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    reader = TestRole.create(test, "");
    test.sql(
        "create table docs (id bigint primary key, body text, secret boolean not null default false)",
        "insert into docs select g, 'text ' || g, g % 2 = 0 from generate_series(1, 200) g",
        "grant select on docs to " + reader.name());
  }

  @AfterEach
  void close() {
    test.close();
    reader.close();
  }

  private void protect() {
    test.sql(
        "alter table docs enable row level security",
        "create policy open_only on docs using (not secret)");
  }

  private Setup apply() {
    Setup setup = Setup.apply(test, provider, DOCS);
    setup.drain();
    return setup;
  }

  private void assertReaderSeesTheOpenHalf() throws SQLException {
    List<String> open = test.column("select id from docs where not secret order by id");
    for (String view : List.of("docs_embeddings", "docs_embeddings_active")) {
      assertThat(reader.column("select doc_id from " + view + " order by doc_id")).isEqualTo(open);
      assertThat(
              reader.column(
                  "select doc_id from "
                      + view
                      + " order by embedding <=> '[1,0,0,0,0,0,0,0]' limit 1000"))
          .hasSameElementsAs(open);
    }
    assertThat(reader.column("select doc_id from docs_scripted_vectors")).hasSameElementsAs(open);
  }

  @Test
  void a_reader_sees_the_vectors_of_its_own_rows_only() throws SQLException {
    protect();
    Setup setup = apply();
    assertThat(test.number("select count(*) from docs_embeddings")).isEqualTo(200);
    assertReaderSeesTheOpenHalf();
    test.sql("update docs set secret = not secret");
    setup.drain();
    assertReaderSeesTheOpenHalf();
  }

  @Test
  void a_reader_without_any_policy_sees_nothing() throws SQLException {
    protect();
    test.sql("drop policy open_only on docs");
    apply();
    assertThat(reader.column("select doc_id from docs_embeddings_active")).isEmpty();
  }

  @Test
  void protection_that_is_turned_on_later_is_reported_and_taken_over_by_apply()
      throws SQLException {
    Setup setup = apply();
    assertThat(reader.column("select doc_id from docs_embeddings")).hasSize(200);
    protect();
    assertThat(DriftOfSource.find(test.database(), setup.collection().source()))
        .anySatisfy(finding -> assertThat(finding.repairable()).isTrue());
    assertThat(setup.apply()).isNotEmpty();
    assertReaderSeesTheOpenHalf();
    assertThat(setup.apply()).isEmpty();
  }

  @Test
  void a_worker_that_the_policies_bind_fails_and_removes_nothing() throws SQLException {
    try (TestDatabase bare = TestDatabase.bare()) {
      bare.sql("create extension vector");
      TestRole keeper = TestRole.create(bare, "");
      try {
        bare.sql(
            "create schema shop authorization " + keeper.name(),
            "grant create on database "
                + bare.column("select current_database()").get(0)
                + " to "
                + keeper.name());
        keeper.sql(
            "create table shop.docs (id bigint primary key, body text)",
            "insert into shop.docs select g, 'text ' || g from generate_series(1, 20) g");
        Declaring declaring =
            Declaring.of(
                provider, "  docs: {table: shop.docs, text: body, collections: [scripted]}\n");
        var database = keeper.database();
        declaring.apply(database);
        declaring.drain(database);
        bare.sql(
            "alter table shop.docs enable row level security",
            "alter table shop.docs force row level security",
            "create policy none on shop.docs using (false)",
            "update shop.docs set body = body || '!' where id <= 5",
            "delete from shop.docs where id = 6");
        assertThatThrownBy(() -> declaring.drain(database))
            .hasMessageContaining("row-level security");
        assertThat(bare.number("select count(*) from shop.docs_scripted_vectors")).isEqualTo(20);
        bare.sql("alter table shop.docs no force row level security");
        bare.sql("update vectorkeeper.claim set token = null, expires_at = null");
        declaring.drain(database);
        assertThat(bare.number("select count(*) from shop.docs_scripted_vectors")).isEqualTo(19);
      } finally {
        bare.close();
        keeper.close();
      }
    }
  }

  @Test
  void a_writer_without_any_right_on_the_catalog_writes_in_every_way() throws SQLException {
    Setup setup = apply();
    test.sql("grant insert, update, delete, truncate on docs to " + reader.name());
    reader.sql(
        "insert into docs values (500, 'mine')",
        "update docs set body = 'changed' where id = 1",
        "update docs set id = 501 where id = 2",
        "delete from docs where id = 3");
    setup.drain();
    assertThat(setup.differences()).isEmpty();
    assertThat(provider.timesAnswered("mine")).isEqualTo(1);
    reader.sql("truncate docs", "insert into docs values (1, 'after')");
    setup.drain();
    assertThat(setup.differences()).isEmpty();
    assertThatThrownBy(() -> reader.sql("insert into vectorkeeper.change_1 values (1)"))
        .hasMessageContaining("permission denied");
    assertThatThrownBy(() -> reader.column("select content from vectorkeeper.source_1"))
        .hasMessageContaining("permission denied");
  }
}
