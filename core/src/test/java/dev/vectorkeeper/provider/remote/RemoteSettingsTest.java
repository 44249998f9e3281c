package dev.vectorkeeper.provider.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.FailureKind;
import dev.vectorkeeper.provider.Secret;
import dev.vectorkeeper.provider.TextSide;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RemoteSettingsTest {

  private static RemoteSettingsBuilder openAi() {
    return RemoteSettings.of("openai", "text-embedding-3-small");
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          openai, https://h/v1, https://h/v1/embeddings
          openai, https://h/v1/embeddings, https://h/v1/embeddings
          openai, https://h/v1/embeddings/, https://h/v1/embeddings
          openai, https://h/d/e?api-version=1, https://h/d/e/embeddings?api-version=1
          openai-compatible, http://h:8000/v1/, http://h:8000/v1/embeddings
          gemini, https://h/v1beta, https://h/v1beta/models/m:batchEmbedContents
          gemini, https://h/v1beta/models/x:embedContent, https://h/v1beta/models/m:batchEmbedContents
          cohere, https://h/v2/embed, https://h/v2/embed
          ollama, http://h:11434, http://h:11434/api/embed
          ollama, http://h:11434/api, http://h:11434/api/embed
          ollama, http://h:11434/v1/embeddings, http://h:11434/api/embed
          tei, http://h/prefix, http://h/prefix/embed
          tei, http://h/embed, http://h/embed
          """)
  void a_base_url_and_a_whole_address_are_both_understood(
      String vendor, String configured, String expected) {
    RemoteSettings settings =
        RemoteSettings.of(vendor, "m").dimensions(8).baseUrl(configured).build();
    assertThat(settings.endpoint().address()).hasToString(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "ftp://h/v1",
    "h/v1",
    "https://user:pa55@h/v1",
    "https://",
    "'http://h/ v1 sk-key'",
  })
  void an_address_that_is_none_is_refused_without_quoting_it(String configured) {
    assertThatThrownBy(() -> openAi().baseUrl(configured).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("base-url")
        .hasMessageNotContaining("pa55")
        .hasMessageNotContaining("sk-key");
  }

  @Test
  void a_server_of_ones_own_needs_an_address() {
    assertThatThrownBy(() -> RemoteSettings.of("tei", "gte-small").build())
        .hasMessage("tei needs a base-url");
  }

  @Test
  void dimensions_are_the_models_own_unless_set_and_named_only_where_they_differ() {
    assertThat(openAi().build().model().dimensions()).isEqualTo(new WantedDimensions(1_536, false));
    assertThat(openAi().dimensions(1_536).build().model().dimensions().named()).isFalse();
    assertThat(openAi().dimensions(512).build().model().dimensions())
        .isEqualTo(new WantedDimensions(512, true));
    RemoteSettingsBuilder own =
        RemoteSettings.of("openai-compatible", "mine").baseUrl("http://h/v1").dimensions(64);
    assertThat(own.build().model().dimensions().named()).isFalse();
    assertThat(own.namesDimensions(true).build().model().dimensions().named()).isTrue();
  }

  @Test
  void unknown_dimensions_have_to_be_set() {
    assertThatThrownBy(() -> RemoteSettings.of("jina", "something-new").build())
        .hasMessageContaining("dimensions must be set");
  }

  @ParameterizedTest
  @CsvSource({
    "jina, jina-embeddings-v3, retrieval.passage, retrieval.query",
    "jina, jina-embeddings-v3, classification, classification",
    "gemini, gemini-embedding-001, RETRIEVAL_DOCUMENT, RETRIEVAL_QUERY",
    "voyage, voyage-3.5, document, query",
    "cohere, embed-v4.0, , search_query",
  })
  void queries_get_the_counterpart_of_the_documents_task(
      String vendor, String model, String task, String queryTask) {
    RemoteModel space = RemoteSettings.of(vendor, model).task(task).build().model();
    assertThat(space.role(TextSide.QUERY).task()).contains(queryTask);
  }

  @Test
  void a_header_does_not_replace_the_key_without_a_word() {
    RemoteSettingsBuilder both =
        openAi().apiKey(Secret.of("sk-a")).header("Authorization", "Bearer other");
    assertThatThrownBy(both::build)
        .hasMessage("the header \"authorization\" would replace the api-key: remove one of them");
    assertThat(both.apiKey(null).build().endpoint().headers()).containsKey("authorization");
  }

  @Test
  void headers_that_cannot_be_sent_are_refused_without_quoting_them() {
    assertThatThrownBy(() -> openAi().header("Host", "elsewhere").build())
        .hasMessage("the header \"host\" cannot be set");
    assertThatThrownBy(() -> openAi().header("a b", "c").build())
        .hasMessage("\"a b\" is no name of a header");
    assertThatThrownBy(() -> openAi().apiKey(Secret.of("sk-can\nary")).build())
        .hasMessageContaining("api-key")
        .hasMessageNotContaining("sk-can");
  }

  @Test
  void a_proxy_is_a_host_and_a_port() {
    assertThat(openAi().proxy("http://proxy:3128").build().endpoint().proxy().getPort())
        .isEqualTo(3128);
    assertThat(openAi().proxy("proxy:3128").build().endpoint().proxy().getHostString())
        .isEqualTo("proxy");
    assertThatThrownBy(() -> openAi().proxy("http://proxy"))
        .hasMessage("proxy must look like http://host:port");
  }

  @Test
  void the_vendors_own_service_is_not_asked_without_a_key() {
    try (RemoteProvider provider = RemoteProvider.open(openAi().build())) {
      EmbeddingFailure failure =
          catchThrowableOfType(
              EmbeddingFailure.class, () -> provider.embed(List.of("a"), TextSide.DOCUMENT));
      assertThat(failure.kind()).isEqualTo(FailureKind.UNAUTHORISED);
      assertThat(failure).hasMessage("openai needs a key: set api-key, or OPENAI_API_KEY");
    }
  }

  @Test
  void settings_show_no_secret() {
    RemoteSettings settings =
        openAi()
            .apiKey(Secret.of("sk-canary"))
            .header("x-token", "canary-token")
            .baseUrl("https://h/v1?key=canary-query")
            .build();
    assertThat(settings + " " + settings.endpoint() + RemoteProvider.open(settings))
        .contains("https://h/v1/embeddings")
        .doesNotContain("canary");
  }
}
