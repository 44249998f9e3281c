package dev.vectorkeeper.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vectorkeeper.testing.Declaring;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

/** A catalog that another version of the program made. */
class CatalogUpgradePgTest {
  private static final String ENTRIES =
      "  entries: {table: entries, text: body, collections: [scripted]}\n";

  private static void migrateTo(TestDatabase test, String version) {
    Properties user = test.url().properties();
    Flyway.configure()
        .dataSource(
            test.url().jdbcUrl(), user.getProperty("user"), user.getProperty("password", ""))
        .schemas(CatalogSchema.NAME)
        .defaultSchema(CatalogSchema.NAME)
        .locations("classpath:dev/vectorkeeper/catalog")
        .table("flyway_history")
        .target(version)
        .load()
        .migrate();
  }

  @Test
  void an_older_one_is_named_and_brought_up_to_date_by_apply() {
    try (TestDatabase test = TestDatabase.bare()) {
      test.sql(
          "create extension vector",
          "create table entries (id bigint primary key, body text)",
          "insert into entries values (1, 'a text')");
      migrateTo(test, "5");
      Catalog catalog = new Catalog(test.database().jdbi());
      assertThatThrownBy(catalog::requirePresent).hasMessageContaining("of an older version");

      Declaring declaring = Declaring.of(new ScriptedProvider(8, 10), ENTRIES);
      assertThat(declaring.apply(test.database()).changes())
          .endsWith("bring the catalog in schema vectorkeeper up to date (11 migrations)");
      new Catalog(test.database().jdbi()).requirePresent();
      assertThat(declaring.plan(test.database()).changes()).isEmpty();
      declaring.drain(test.database());
      assertThat(test.number("select count(*) from entries_embeddings_active")).isEqualTo(1);
    }
  }

  @Test
  void a_newer_one_is_left_alone() {
    try (TestDatabase test = TestDatabase.create()) {
      test.sql("create table entries (id bigint primary key, body text)");
      Declaring.of(new ScriptedProvider(8, 10), ENTRIES).apply(test.database());
      test.sql("update vectorkeeper.flyway_history set version = '99' where version = '16'");
      assertThatThrownBy(new Catalog(test.database().jdbi())::requirePresent)
          .hasMessageContaining("made by a newer version");
    }
  }

  /** Whoever ran one could not go on from it: what is to be different goes into the next. */
  @Test
  void a_migration_that_was_committed_is_never_edited() throws Exception {
    Path migrations = Path.of("src/main/resources/dev/vectorkeeper/catalog");
    Path known = Path.of("src/test/resources/dev/vectorkeeper/catalog/migrations.sha256");
    List<String> lines = Files.readAllLines(known);
    assertThat(lines).hasSize(CatalogSchema.VERSION);
    for (String line : lines) {
      String[] parts = line.split("  ");
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(Files.readAllBytes(migrations.resolve(parts[1])));
      assertThat(HexFormat.of().formatHex(digest)).as(parts[1]).isEqualTo(parts[0]);
    }
  }
}
