package dev.vectorkeeper.declare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.search.Search;
import dev.vectorkeeper.testing.Declaring;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.testing.TestRole;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A role that is neither superuser nor owner of the database: what it needs is enough, and what it
 * lacks is named with the statement that grants it.
 */
class LeastPrivilegePgTest {
  private static final String NOTES =
      "  notes: {table: shop.notes, text: body, where: id > 0, collections: [scripted]%s}\n";

  private final ScriptedProvider provider = new ScriptedProvider(8, 100);
  private TestDatabase test;
  private TestRole keeper;
  private String name;

  @BeforeEach
  void open() {
    test = TestDatabase.bare();
    keeper = TestRole.create(test, "nosuperuser nocreatedb nocreaterole");
    name = test.column("select current_database()").get(0);
    test.sql(
        "create extension vector",
        "revoke all on database " + name + " from public",
        "grant connect, temporary on database " + name + " to " + keeper.name(),
        "create schema shop",
        "create table shop.notes (id bigint primary key, body text)",
        "insert into shop.notes select g, 'note ' || g from generate_series(1, 30) g");
  }

  @AfterEach
  void close() {
    test.close();
    keeper.close();
  }

  private Declaring notes(String more) {
    return Declaring.of(provider, NOTES.formatted(more));
  }

  private void grant(String right) {
    test.sql("grant " + right + " to " + keeper.name());
  }

  private VectorkeeperException refusal(String more) {
    Database database = keeper.database();
    Throwable thrown = catchThrowable(() -> notes(more).apply(database));
    assertThat(thrown).isInstanceOf(VectorkeeperException.class);
    assertThat(test.number("select count(*) from pg_trigger where not tgisinternal")).isZero();
    assertThat(
            test.column(
                "select relname from pg_class where relnamespace = 'shop'::regnamespace and relkind in ('r', 'p', 'v')"))
        .containsExactly("notes");
    if (test.number("select count(*) from pg_class where relname = 'collection'") > 0) {
      assertThat(test.number("select count(*) from vectorkeeper.source")).isZero();
    }
    return (VectorkeeperException) thrown;
  }

  /** The statement in a message that an administrator is to run. */
  private void assertRefusedUntilGranted(String more, String code, String... grants) {
    VectorkeeperException e = refusal(more);
    assertThat(e.code()).isEqualTo(code);
    for (String grant : grants) {
      assertThat(e.getMessage()).contains(grant + " to " + keeper.name());
      test.sql(grant + " to " + keeper.name());
    }
  }

  private void assertWorks(String more) throws SQLException {
    Database database = keeper.database();
    Declaring declaring = notes(more);
    declaring.apply(database);
    declaring.drain(database);
    test.sql(
        "update shop.notes set body = 'changed' where id = 1",
        "delete from shop.notes where id = 2");
    declaring.drain(database);
    assertThat(keeper.column("select count(*) from shop.notes_embeddings_active"))
        .containsExactly("29");
    var found = new Search(database, declaring.providers()).nearest("notes", "note 9", 3);
    assertThat(found.get(0).key()).isEqualTo("9");
    assertThat(declaring.plan(database).changes()).isEmpty();
    test.sql("truncate shop.notes cascade");
    declaring.drain(database);
    assertThat(keeper.column("select count(*) from shop.notes_embeddings")).containsExactly("0");
  }

  @Test
  void the_owner_of_the_table_who_may_create_a_schema_needs_nothing_else() throws SQLException {
    grant("create on database " + name);
    grant("create, usage on schema shop");
    test.sql("alter table shop.notes owner to " + keeper.name());
    assertWorks("");
  }

  @Test
  void rights_that_are_missing_are_named_and_granting_them_is_enough() throws SQLException {
    assertRefusedUntilGranted("", "VK-D09", "grant create on database " + name);
    assertRefusedUntilGranted("", "VK-S05", "grant usage on schema shop");
    assertRefusedUntilGranted(
        "",
        "VK-S05",
        "grant select on shop.notes",
        "grant trigger on shop.notes",
        "grant create on schema shop");
    assertWorks("");
  }

  @Test
  void a_foreign_key_needs_one_right_more() throws SQLException {
    grant("create on database " + name);
    grant("create, usage on schema shop");
    grant("select, trigger on shop.notes");
    String cascade = ", placement: {foreign-key: cascade}";
    assertRefusedUntilGranted(cascade, "VK-S05", "grant references on shop.notes");
    assertWorks(cascade);
  }

  @Test
  void each_partition_needs_the_right_to_hang_triggers_on_it() throws SQLException {
    test.sql(
        "drop table shop.notes",
        "create table shop.notes (id bigint primary key, body text) partition by range (id)");
    grant("create on database " + name);
    grant("create, usage on schema shop");
    grant("select, trigger on shop.notes");
    test.sql(
        "create schema parts",
        "create table parts.notes_low partition of shop.notes for values from (0) to (100)",
        "insert into shop.notes select g, 'note ' || g from generate_series(1, 30) g");
    assertRefusedUntilGranted(
        "", "VK-S05", "grant trigger on parts.notes_low", "grant usage on schema parts");
    assertWorks("");
  }

  @Test
  void another_schema_for_what_is_made_must_be_open_too() throws SQLException {
    grant("create on database " + name);
    grant("create, usage on schema shop");
    grant("select, trigger on shop.notes");
    test.sql("create schema vectors");
    String placed = ", placement: {table: vectors.notes}";
    assertRefusedUntilGranted(placed, "VK-S05", "grant create, usage on schema vectors");
    assertWorks(placed);
  }

  @Test
  void without_temporary_objects_nothing_can_be_checked() {
    grant("create on database " + name);
    grant("create, usage on schema shop");
    grant("select, trigger on shop.notes");
    test.sql("revoke temporary on database " + name + " from " + keeper.name());
    assertRefusedUntilGranted("", "VK-S05", "grant temporary on database " + name);
  }
}
