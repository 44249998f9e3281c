package dev.vectorkeeper.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SecretTest {

  @Test
  void a_secret_prints_stars() {
    assertThat(Secret.of("sk-1")).hasToString("***");
    assertThat("%s".formatted(Secret.of("sk-1"))).isEqualTo("***");
    assertThat(Secret.of("sk-1").maskIn("a sk-1 b")).isEqualTo("a *** b");
  }

  @Test
  void secrets_are_equal_by_their_text() {
    assertThat(Secret.of("sk-1\n")).isEqualTo(Secret.of("sk-1")).isNotEqualTo(Secret.of("sk-2"));
    assertThat(Secret.of("sk-1")).hasSameHashCodeAs(Secret.of("sk-2"));
  }

  @Test
  void a_blank_secret_is_none() {
    assertThat(Secret.ofNullable(null)).isEmpty();
    assertThat(Secret.ofNullable(" \n")).isEmpty();
    assertThatThrownBy(() -> Secret.of(" ")).isInstanceOf(IllegalArgumentException.class);
  }
}
