package dev.vectorkeeper.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.FailureKind;
import dev.vectorkeeper.queue.DeadLetters;
import dev.vectorkeeper.queue.DeadLetters.Failure;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.TestDatabase;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of rows when a text is refused, or when the provider is in trouble. */
class FailuresPgTest {
  private static final EmbeddingFailure DOWN =
      new EmbeddingFailure(FailureKind.UNAVAILABLE, "The provider answered 503.");

  private final ScriptedProvider provider = new ScriptedProvider(8, 100);
  private TestDatabase test;
  private Setup setup;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql("create table entries (id bigint primary key, body text)");
    setup =
        Setup.apply(
            test, provider, "  entries: {table: entries, text: body, collections: [scripted]}\n");
    setup.drain();
  }

  @AfterEach
  void close() {
    test.close();
  }

  private void insert(int rows) {
    test.sql(
        "insert into entries select g, 'text ' || g from generate_series(1, %d) g".formatted(rows));
  }

  private List<Failure> failures() {
    return new DeadLetters(test.database().jdbi()).list(null, 1_000);
  }

  private long stored() {
    return test.number("select count(*) from entries_embeddings_active");
  }

  private void drainUntilNothingWaits() {
    await()
        .until(
            () -> {
              setup.drain();
              return setup.waiting() == 0;
            });
  }

  private static EmbeddingFailure refused() {
    return new EmbeddingFailure(FailureKind.INVALID_INPUT, "The text was refused.");
  }

  @Test
  void a_poison_row_among_120_stands_alone_after_few_requests() {
    provider.refuse("text 77"::equals, refused());
    insert(120);
    var result = setup.drain();
    assertThat(result.embedded()).isEqualTo(119);
    assertThat(result.failed()).isEqualTo(1);
    assertThat(stored()).isEqualTo(119);
    assertThat(setup.waiting()).isZero();
    assertThat(provider.requests()).as("two, and two for each halving").isLessThanOrEqualTo(16);
    assertThat(failures()).hasSize(1);
    Failure failure = failures().get(0);
    assertThat(failure.key()).isEqualTo("77");
    assertThat(failure.code()).isEqualTo("VK-P08");
    assertThat(failure.message()).isEqualTo("The text was refused.");
    assertThat(failure.dead()).isTrue();
    assertThat(failure.attempts()).isEqualTo(1);
  }

  @Test
  void a_text_that_alone_makes_the_provider_fail_is_tried_three_times() {
    provider.refuse("text 7"::equals, DOWN);
    insert(40);
    drainUntilNothingWaits();
    assertThat(stored()).isEqualTo(39);
    assertThat(failures()).extracting(Failure::key).containsExactly("7");
    assertThat(failures()).extracting(Failure::code).containsExactly("VK-P02");
    assertThat(failures()).extracting(Failure::attempts).containsExactly(3);
  }

  @Test
  void texts_that_make_the_provider_fail_take_no_others_along() {
    provider.refuse(Set.of("text 3", "text 17", "text 33")::contains, DOWN);
    insert(1);
    setup.drain();
    test.sql("insert into entries select g, 'text ' || g from generate_series(2, 40) g");
    drainUntilNothingWaits();
    assertThat(failures()).extracting(Failure::key).containsExactlyInAnyOrder("3", "17", "33");
    assertThat(stored()).isEqualTo(37);
  }

  @Test
  void a_refusal_after_a_failure_of_the_service_buries_only_the_refused() {
    AtomicBoolean once = new AtomicBoolean();
    provider.before(
        texts -> {
          if (once.compareAndSet(false, true)) {
            throw DOWN;
          }
          if (texts.contains("text 3") || texts.contains("text 33")) {
            throw refused();
          }
        });
    insert(40);
    drainUntilNothingWaits();
    assertThat(failures()).extracting(Failure::key).containsExactlyInAnyOrder("3", "33");
    assertThat(stored()).isEqualTo(38);
  }

  @Test
  void blank_texts_cost_no_request_and_remove_what_was_stored() {
    test.sql(
        "insert into entries values (1, 'text'), (2, null), (3, ''), (4, E' \\n\\t '), (5, 'other')");
    setup.drain();
    assertThat(stored()).isEqualTo(2);
    assertThat(provider.requests()).isEqualTo(1);
    test.sql(
        "update entries set body = '  ' where id = 1",
        "update entries set body = null where id = 5");
    assertThat(setup.drain().removed()).isEqualTo(2);
    assertThat(stored()).isZero();
    assertThat(provider.requests()).isEqualTo(1);
    assertThat(setup.waiting()).isZero();
  }

  @Test
  void a_hundred_deleted_rows_are_done_in_one_pass() {
    insert(100);
    setup.drain();
    int requests = provider.requests();
    long claims = claimsMade();
    test.sql("delete from entries");
    assertThat(setup.drain().removed()).isEqualTo(100);
    assertThat(claimsMade() - claims).isEqualTo(1);
    assertThat(provider.requests()).isEqualTo(requests);
    assertThat(stored()).isZero();
    assertThat(setup.waiting()).isZero();
  }

  private long claimsMade() {
    return test.number("select last_value from vectorkeeper.claim_claim_id_seq");
  }

  @Test
  void dead_letters_are_revived_all_or_by_key() {
    Set<String> poison = Set.of("text 3", "text 5", "text 8");
    provider.refuse(poison::contains, refused());
    insert(10);
    setup.drain();
    assertThat(failures()).hasSize(3);
    provider.before(texts -> {});
    DeadLetters letters = new DeadLetters(test.database().jdbi());
    assertThat(letters.revive(setup.collection(), List.of("5", "77"))).isEqualTo(1);
    setup.drain();
    assertThat(failures()).extracting(Failure::key).containsExactlyInAnyOrder("3", "8");
    assertThat(letters.revive(setup.collection(), List.of())).isEqualTo(2);
    setup.drain();
    assertThat(failures()).isEmpty();
    assertThat(setup.differences()).isEmpty();
  }

  @Test
  void a_revived_row_that_still_fails_is_dead_again() {
    provider.refuse("text 1"::equals, refused());
    insert(1);
    setup.drain();
    new DeadLetters(test.database().jdbi()).revive(setup.collection(), List.of());
    setup.drain();
    assertThat(failures()).extracting(Failure::key).containsExactly("1");
    assertThat(setup.waiting()).isZero();
  }

  @Test
  void a_changed_row_leaves_the_dead_letters_when_it_succeeds_and_so_does_a_deleted_one() {
    provider.refuse(text -> text.startsWith("text"), refused());
    insert(3);
    setup.drain();
    assertThat(failures()).hasSize(3);
    test.sql(
        "update entries set body = 'good' where id = 1",
        "delete from entries where id = 2",
        "update entries set body = '' where id = 3");
    setup.drain();
    assertThat(failures()).isEmpty();
    assertThat(setup.differences()).isEmpty();
  }

  @Test
  void an_outage_after_answers_a_moment_ago_spends_no_attempt() {
    AtomicBoolean down = new AtomicBoolean();
    provider.before(
        texts -> {
          if (down.get()) {
            throw DOWN;
          }
        });
    try (Worker worker = setup.worker()) {
      insert(3);
      await().until(() -> stored() == 3);
      down.set(true);
      test.sql(
          "update entries set body = 'changed ' || id", "insert into entries values (9, 'new')");
      int before = provider.requests();
      await().until(() -> provider.requests() > before + 12);
      assertThat(failures()).isEmpty();
      down.set(false);
      await().until(() -> setup.differences().isEmpty() && setup.waiting() == 0);
    }
    assertThat(failures()).isEmpty();
  }

  @Test
  void an_outage_from_the_first_spends_no_attempt_and_is_over_by_itself() {
    AtomicBoolean down = new AtomicBoolean(true);
    provider.before(
        texts -> {
          if (down.get()) {
            throw new EmbeddingFailure(FailureKind.TIMEOUT, "No answer in time.");
          }
        });
    insert(300);
    try (Worker worker = setup.worker()) {
      await().until(() -> provider.requests() > 12);
      assertThat(failures()).isEmpty();
      down.set(false);
      await().until(() -> stored() == 300 && setup.waiting() == 0);
    }
    assertThat(failures()).isEmpty();
  }

  @Test
  void a_rate_limit_is_waited_for_as_long_as_the_provider_says() {
    AtomicBoolean limited = new AtomicBoolean();
    Instant[] times = new Instant[2];
    provider.before(
        texts -> {
          if (limited.compareAndSet(false, true)) {
            times[0] = Instant.now().plusMillis(800);
            throw new EmbeddingFailure(
                FailureKind.RATE_LIMITED, "Too many requests.", times[0], null);
          }
          times[1] = Instant.now();
        });
    insert(5);
    try (Worker worker = setup.worker()) {
      await().until(() -> stored() == 5);
    }
    assertThat(times[1]).isAfterOrEqualTo(times[0]);
    assertThat(provider.requests()).isEqualTo(2);
    assertThat(failures()).isEmpty();
    assertThat(setup.waiting()).isZero();
  }

  @Test
  void a_provider_that_breaks_in_a_way_of_its_own_does_not_keep_the_claim() {
    AtomicBoolean broken = new AtomicBoolean();
    provider.before(
        texts -> {
          if (broken.compareAndSet(false, true)) {
            throw new IllegalStateException("a mistake in the provider");
          }
        });
    insert(2);
    try (Worker worker = setup.worker()) {
      await().until(() -> stored() == 2);
    }
    assertThat(setup.waiting()).isZero();
  }
}
