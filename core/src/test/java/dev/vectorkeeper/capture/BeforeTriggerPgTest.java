package dev.vectorkeeper.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.declare.DriftOfSource;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The user's own triggers before update may change a text that the statement does not name. */
class BeforeTriggerPgTest {
  private static final String TRIGGER =
      "create trigger shout before update on entries for each row execute function shout()";

  private final ScriptedProvider provider = new ScriptedProvider(8, 100);
  private TestDatabase test;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    test.sql(
        "create table entries (id bigint primary key, body text, note text)",
        "insert into entries values (1, 'one', 'a'), (2, 'two', 'b')",
        "create function shout() returns trigger language plpgsql as"
            + " 'begin new.body := upper(new.note); return new; end'");
  }

  @AfterEach
  void close() {
    test.close();
  }

  private Setup apply() {
    Setup setup =
        Setup.apply(
            test, provider, "  entries: {table: entries, text: body, collections: [scripted]}\n");
    setup.drain();
    return setup;
  }

  private List<String> drift(Setup setup) {
    return DriftOfSource.find(test.database(), setup.collection().source()).stream()
        .map(CaptureDrift.Finding::code)
        .toList();
  }

  @Test
  void one_that_was_there_before_is_seen_through() {
    test.sql(TRIGGER);
    Setup setup = apply();
    test.sql("update entries set note = 'loud' where id = 1");
    setup.drain();
    assertThat(provider.timesAnswered("LOUD")).isEqualTo(1);
    assertThat(setup.differences()).isEmpty();
    test.sql("update entries set note = note");
    setup.drain();
    test.sql("update entries set note = note");
    assertThat(setup.waiting()).isZero();
    assertThat(drift(setup)).isEmpty();
  }

  @Test
  void one_that_came_later_is_reported_and_what_it_hid_is_caught_up_by_apply() {
    Setup setup = apply();
    test.sql(TRIGGER, "update entries set note = 'hidden' where id = 1");
    assertThat(setup.waiting()).isZero();
    assertThat(drift(setup)).containsExactly("VK-W06");
    assertThat(setup.apply()).hasSize(1);
    assertThat(drift(setup)).isEmpty();
    setup.drain();
    assertThat(setup.differences()).isEmpty();
    test.sql("update entries set note = 'seen' where id = 2");
    setup.drain();
    assertThat(provider.timesAnswered("SEEN")).isEqualTo(1);
    assertThat(setup.differences()).isEmpty();
  }

  @Test
  void triggers_of_the_user_that_write_again_or_veto_are_followed() {
    test.sql(
        "create function again() returns trigger language plpgsql as"
            + " 'begin if new.body not like ''%!'' then update entries set body = body || ''!'' where id = new.id; end if;"
            + " return null; end'",
        "create trigger again after insert or update on entries for each row execute function again()",
        "create function veto() returns trigger language plpgsql as"
            + " 'begin if old.id = 2 then return null; end if; return old; end'",
        "create trigger veto before delete on entries for each row execute function veto()");
    Setup setup = apply();
    test.sql(
        "insert into entries values (3, 'three')",
        "update entries set body = 'uno' where id = 1",
        "delete from entries where id in (2, 3)");
    setup.drain();
    assertThat(provider.timesAnswered("uno!")).isEqualTo(1);
    assertThat(setup.differences()).isEmpty();
    assertThat(test.column("select id from entries_embeddings order by id"))
        .containsExactly("1", "2");
  }
}
