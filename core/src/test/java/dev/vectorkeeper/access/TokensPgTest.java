package dev.vectorkeeper.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vectorkeeper.testing.TestDatabase;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tokens: what is kept of them, and which are good. */
class TokensPgTest {
  private TestDatabase test;
  private Tokens tokens;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    tokens = new Tokens(test.database().jdbi());
  }

  @AfterEach
  void close() {
    test.close();
  }

  @Test
  void a_token_is_known_by_its_hash_alone_with_its_scopes() {
    String token = tokens.create("cron", EnumSet.of(Scope.OPERATE), Optional.empty()).reveal();
    assertThat(token).startsWith(Tokens.PREFIX).hasSize(46);
    assertThat(test.column("select token::text from vectorkeeper.token token").get(0))
        .doesNotContain(token.substring(3));
    Token found = tokens.find(token).orElseThrow();
    assertThat(found.scopes()).isEqualTo(Set.of(Scope.OPERATE));
    tokens.used(found);
    assertThat(tokens.list().get(0).usedAt()).isPresent();
    assertThat(tokens.find(token + "x")).isEmpty();
    assertThat(tokens.find("")).isEmpty();
  }

  @Test
  void one_that_ran_out_or_was_removed_is_none() {
    String old =
        tokens
            .create("old", EnumSet.allOf(Scope.class), Optional.of(Instant.now().minusSeconds(1)))
            .reveal();
    assertThat(tokens.find(old)).isEmpty();
    assertThatThrownBy(() -> tokens.create("old", EnumSet.of(Scope.READ), Optional.empty()))
        .hasMessageContaining("token remove old");
    tokens.remove("old");
    assertThatThrownBy(() -> tokens.remove("old")).extracting("code").isEqualTo("VK-H02");
    assertThatThrownBy(() -> tokens.create("two words", EnumSet.of(Scope.READ), Optional.empty()))
        .extracting("code")
        .isEqualTo("VK-H01");
  }
}
