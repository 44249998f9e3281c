package dev.vectorkeeper.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.profile.Profile;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.TestDatabase;
import dev.vectorkeeper.worker.Worker;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A provider that changes its model behind its name is found out. */
class CanariesPgTest {
  private static final String SOURCE =
      "  entries: {table: entries, text: body, collections: [scripted]}\n";

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

  private Canaries.Compared compare(Setup setup) {
    Profile profile = new Catalog(test.database().jdbi()).profile("scripted");
    return new Canaries(test.database().jdbi())
        .compare(profile, setup.providers().embedder("scripted"));
  }

  @Test
  void the_same_model_passes_and_another_under_its_name_does_not() {
    Setup setup = Setup.apply(test, new ScriptedProvider(16, 100), SOURCE);
    assertThat(compare(setup).texts()).isZero();
    Canaries.Compared same = compare(setup);
    assertThat(same.texts()).isEqualTo(5);
    assertThat(same.same()).isTrue();
    assertThat(new Canaries(test.database().jdbi()).changed()).isEmpty();

    Setup changed = Setup.apply(test, new ScriptedProvider(16, 100, "other weights"), SOURCE);
    Canaries.Compared other = compare(changed);
    assertThat(other.same()).isFalse();
    assertThat(other.cosine()).isLessThan(0.9);
    assertThat(new Canaries(test.database().jdbi()).changed())
        .singleElement()
        .asString()
        .contains("the provider of the profile scripted makes other vectors than it did");
  }

  @Test
  void a_worker_compares_once_in_its_time() {
    ScriptedProvider provider = new ScriptedProvider(16, 100);
    Setup setup = Setup.apply(test, provider, SOURCE);
    Profile scripted = new Catalog(test.database().jdbi()).profile("scripted");
    assertThat(new Canaries(test.database().jdbi()).takeTurn(scripted, Duration.ofHours(1)))
        .isFalse();
    test.sql("insert into entries values (1, 'a row')");
    setup.drain();
    try (Worker worker =
            new Worker(
                test.database(),
                setup.providers(),
                Setup.QUICK.withCanariesEvery(Duration.ofHours(1)));
        Worker second =
            new Worker(
                test.database(),
                setup.providers(),
                Setup.QUICK.withCanariesEvery(Duration.ofHours(1)))) {
      worker.start();
      second.start();
      await().until(() -> test.number("select count(*) from vectorkeeper.canary") == 5);
      assertThat(new Canaries(test.database().jdbi()).takeTurn(scripted, Duration.ofHours(1)))
          .isFalse();
    }
    assertThat(provider.requests()).isEqualTo(2);
  }
}
