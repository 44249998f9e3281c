package dev.vectorkeeper.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.queue.BatchResult;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.StoredVectors;
import dev.vectorkeeper.testing.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Equal texts are embedded once, in whatever batch and at whatever time they come. */
class ReusePgTest {
  private final ScriptedProvider provider = new ScriptedProvider(8, 100);
  private TestDatabase test;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql("create table entries (id bigint primary key, body text)");
  }

  @AfterEach
  void close() {
    test.close();
  }

  private Setup apply(String more) {
    return Setup.apply(
        test,
        provider,
        "  entries: {table: entries, text: body, collections: [scripted]" + more + "}\n");
  }

  @Test
  void a_text_that_another_row_has_costs_no_call() {
    test.sql("insert into entries select g, 'text ' || g % 10 from generate_series(1, 30) g");
    Setup setup = apply("");
    BatchResult first = setup.drain();
    assertThat(first.embedded()).isEqualTo(30);
    assertThat(first.reused()).isEqualTo(20);
    assertThat(first.usage().inputs()).isEqualTo(10);

    test.sql(
        "insert into entries select 100 + g, 'text ' || g from generate_series(0, 9) g",
        "update entries set body = 'text 3' where id = 1");
    BatchResult second = setup.drain();
    assertThat(second.reused()).isEqualTo(11);
    assertThat(second.usage().requests()).isZero();
    assertThat(provider.timesAnswered("text 3")).isEqualTo(1);
    assertThat(setup.differences()).isEmpty();
    assertThat(StoredVectors.of(test, "entries_scripted_vectors", "id").get("1"))
        .containsExactly(provider.vector("text 3"));
    assertThat(test.column("select reused || ' ' || embedded from vectorkeeper.collection_total"))
        .containsExactly("31 41");
  }

  @Test
  void so_do_all_chunks_of_a_long_one() {
    String longer = "repeat('first second third ', 30)";
    test.sql("insert into entries values (1, " + longer + "), (2, repeat('else ', 200))");
    Setup setup = apply(", chunking: {max-tokens: 20, overlap: 0}");
    setup.drain();
    int requests = provider.requests();
    test.sql(
        "update entries set body = " + longer + " where id = 2",
        "insert into entries values (3, " + longer + ")");
    assertThat(setup.drain().reused()).isEqualTo(2);
    assertThat(provider.requests()).isEqualTo(requests);
    assertThat(
            test.column(
                "select count(*) || ' ' || max(chunk) from entries_scripted_vectors group by id order by id"))
        .hasSize(3)
        .containsOnly(
            test.column(
                    "select count(*) || ' ' || max(chunk) from entries_scripted_vectors where id = 1")
                .get(0));
    assertThat(setup.differences()).isEmpty();
  }
}
