package dev.vectorkeeper.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vectorkeeper.config.Configuration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which of several routes to a model is taken, and with which key. */
class RoutesTest {
  private static final String ROUTES =
      "profiles: {small: {provider: [openrouter, openai], model: text-embedding-3-small%s}}\n";

  private static Space space(String more, Map<String, String> environment) {
    RemoteKind kind = new RemoteKind(environment, RoutesTest::nowhere, Optional.empty());
    return kind.space(profile(more, environment));
  }

  private static ProfileDefinition profile(String more, Map<String, String> environment) {
    return Configuration.parse("test.yaml", ROUTES.formatted(more), environment)
        .profiles()
        .get("small");
  }

  private static org.jdbi.v3.core.Jdbi nowhere() {
    throw new IllegalStateException("no database is needed to choose a route");
  }

  @Test
  void the_first_whose_variable_is_set_is_taken() {
    assertThat(space("", Map.of("OPENAI_API_KEY", "a", "OPENROUTER_API_KEY", " ")).provider())
        .isEqualTo("openai");
    assertThat(space("", Map.of("OPENAI_API_KEY", "a", "OPENROUTER_API_KEY", "b")).provider())
        .isEqualTo("openrouter");
    assertThat(space("", Map.of()).provider()).isEqualTo("openrouter");
  }

  @Test
  void each_route_may_name_a_key_of_its_own_and_an_empty_one_is_none() {
    String keys = ", api-key: {openrouter: '${A:}', openai: 'vault:b'}";
    assertThat(space(keys, Map.of()).provider()).isEqualTo("openai");
    assertThat(space(keys, Map.of("A", "secret:a")).provider()).isEqualTo("openrouter");
    assertThat(profile(keys, Map.of("A", "secret:a")).keyOf("openrouter")).contains("secret:a");
    assertThat(profile(keys, Map.of()).keyOf("openrouter")).isEmpty();
    assertThat(profile(keys, Map.of()).keyOf("openai")).contains("vault:b");
  }

  @Test
  void the_route_is_no_part_of_the_space() {
    assertThat(space("", Map.of("OPENAI_API_KEY", "a")).fingerprint())
        .isEqualTo(space("", Map.of("OPENROUTER_API_KEY", "b")).fingerprint());
  }

  @Test
  void one_key_for_several_routes_is_refused_and_so_is_the_key_of_none() {
    assertThatThrownBy(() -> profile(", api-key: k", Map.of()))
        .hasMessageContaining("write api-key: {openrouter: …, openai: …}");
    assertThatThrownBy(() -> profile(", api-key: {openrooter: k}", Map.of()))
        .hasMessageContaining("did you mean")
        .hasMessageContaining("openrouter");
  }
}
