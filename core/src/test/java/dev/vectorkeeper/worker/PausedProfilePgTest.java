package dev.vectorkeeper.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.FailureKind;
import dev.vectorkeeper.testing.Gate;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.SeveralProfiles;
import dev.vectorkeeper.testing.TestDatabase;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Trouble of one profile is that profile's alone, and is over when somebody resumes it. */
class PausedProfilePgTest {
  private static final String SOURCE =
      "  entries: {table: entries, text: body, collections: [good, bad]}\n";

  private final ScriptedProvider good = new ScriptedProvider(8, 100);
  private final ScriptedProvider bad = new ScriptedProvider(8, 100);
  private final AtomicBoolean locked = new AtomicBoolean(true);
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

  private void refuseWhileLocked() {
    if (locked.get()) {
      throw new EmbeddingFailure(FailureKind.UNAUTHORISED, "The key was refused.");
    }
  }

  private long stored(String profile) {
    return test.number("select count(*) from entries_" + profile + "_vectors");
  }

  @Test
  void a_refused_key_pauses_its_profile_until_it_is_resumed_while_others_go_on() {
    bad.before(texts -> refuseWhileLocked());
    var both = SeveralProfiles.apply(test, Map.of("good", () -> good, "bad", () -> bad), SOURCE);
    try (Worker worker = both.worker()) {
      test.sql("insert into entries values (1, 'one'), (2, 'two')");
      await().until(() -> stored("good") == 2 && paused(both).equals("The key was refused."));
      AtomicInteger asked = new AtomicInteger();
      await()
          .during(Duration.ofMillis(1_300))
          .until(() -> asked.getAndSet(bad.requests()) == bad.requests());
      test.sql("insert into entries values (3, 'three')");
      await().until(() -> stored("good") == 3);
      assertThat(bad.requests()).as("a paused profile is not called").isEqualTo(asked.get());
      locked.set(false);
      assertThat(both.catalog().resume("bad")).isTrue();
      assertThat(both.catalog().resume("bad")).isFalse();
      await().until(() -> stored("bad") == 3);
    }
    assertThat(test.number("select count(*) from vectorkeeper.dead_letter")).isZero();
    assertThat(test.number("select count(*) from vectorkeeper.retry")).isZero();
    assertThat(test.number("select count(*) from vectorkeeper.claim")).isZero();
  }

  private static String paused(SeveralProfiles profiles) {
    return profiles.catalog().profiles().stream()
        .filter(profile -> profile.name().equals("bad"))
        .findFirst()
        .orElseThrow()
        .paused()
        .orElse("");
  }

  @Test
  void a_slow_request_of_a_paused_profile_does_not_hold_up_another() {
    Gate gate = Gate.before("slow"::equals);
    bad.before(gate);
    var both = SeveralProfiles.apply(test, Map.of("good", () -> good, "bad", () -> bad), SOURCE);
    try (Worker worker = both.worker()) {
      test.sql("insert into entries values (1, 'slow')");
      gate.awaitReached();
      test.sql(
          "update vectorkeeper.profile set paused_code = 'x', paused_why = 'x', paused_at = now()"
              + " where name = 'bad'");
      for (int i = 2; i < 5; i++) {
        test.sql("insert into entries values (%d, 'text %d')".formatted(i, i));
        int rows = i;
        await().pollDelay(Duration.ofMillis(500)).until(() -> stored("good") == rows);
      }
      gate.open();
    }
  }

  @Test
  void a_provider_that_cannot_be_opened_does_not_hold_up_another() {
    AtomicBoolean missing = new AtomicBoolean(true);
    var both =
        SeveralProfiles.apply(
            test,
            Map.of(
                "good",
                () -> good,
                "bad",
                () -> {
                  if (missing.get()) {
                    throw new IllegalStateException("the model's files are missing");
                  }
                  return bad;
                }),
            SOURCE);
    try (Worker worker = both.worker()) {
      test.sql("insert into entries values (1, 'text')");
      await().until(() -> stored("good") == 1);
      missing.set(false);
      await().until(() -> stored("bad") == 1);
    }
  }
}
