package dev.vectorkeeper.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vectorkeeper.provider.EmbeddingProvider;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Remote profiles with and without their key. */
class RemoteKindTest {
  private static final String ADDRESS = "http://127.0.0.1:9/v1/embeddings";

  private static EmbeddingProvider open(
      Map<String, String> options, Map<String, String> environment) {
    RemoteKind kind =
        new RemoteKind(
            environment,
            () -> {
              throw new AssertionError("no secret lies in the database");
            },
            Optional.empty());
    return kind.open(
        new ProfileDefinition(
            "small", List.of("openai"), Optional.of("text-embedding-3-small"), options, Map.of()));
  }

  @Test
  void a_key_that_is_wanted_and_not_set_is_named_before_anything_is_sent() {
    for (Map<String, String> options :
        List.<Map<String, String>>of(Map.of(), Map.of("api-key", "", "base-url", ADDRESS))) {
      assertThatThrownBy(() -> open(options, Map.of()))
          .hasMessage("The key of the profile small is not set; set OPENAI_API_KEY.")
          .extracting("code")
          .isEqualTo("VK-K06");
    }
  }

  @Test
  void a_server_at_another_address_may_do_without_a_key() {
    try (EmbeddingProvider provider = open(Map.of("base-url", ADDRESS), Map.of())) {
      assertThat(provider.dimensions()).isEqualTo(1_536);
    }
    try (EmbeddingProvider provider =
        open(Map.of("api-key", ""), Map.of("OPENAI_API_KEY", "a-key"))) {
      assertThat(provider.dimensions()).isEqualTo(1_536);
    }
  }
}
