package dev.vectorkeeper.provider.local;

import static dev.vectorkeeper.provider.local.LocalModels.document;
import static dev.vectorkeeper.provider.local.LocalModels.dot;
import static dev.vectorkeeper.provider.local.LocalModels.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vectorkeeper.provider.EmbeddingBatch;
import dev.vectorkeeper.provider.TextSide;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LocalProviderTest {
  private static final String MODEL = "all-MiniLM-L6-v2-q";

  static List<String> models() {
    return LocalModel.bundledNames();
  }

  @ParameterizedTest
  @MethodSource("models")
  void a_question_is_nearer_to_its_answer_than_to_another_text(String name) {
    try (LocalProvider provider = LocalModels.open(name)) {
      float[] question = query(provider, "How do I reset my password?");
      float[] answer =
          document(provider, "Choose \"forgot password\" to be sent a link that sets a new one.");
      float[] other = document(provider, "The river floods its banks in early spring.");

      assertThat(provider.dimensions()).isEqualTo(384).isEqualTo(answer.length);
      assertThat(dot(answer, answer)).isCloseTo(1, within(1e-5));
      assertThat(dot(question, answer)).isGreaterThan(dot(question, other) + 0.05);
    }
  }

  @Test
  void each_side_has_its_prefix() {
    LocalModel bare = LocalModel.bundled("e5-small-v2-q").withPrefixes("", "");
    try (LocalProvider e5 = LocalModels.open("e5-small-v2-q");
        LocalProvider unprefixed = LocalProvider.open(bare, LocalModels.RUNTIME)) {
      assertThat(document(e5, "a red door")).isEqualTo(document(unprefixed, "passage: a red door"));
      assertThat(query(e5, "a red door")).isEqualTo(query(unprefixed, "query: a red door"));
      assertThat(query(unprefixed, "a red door")).isEqualTo(document(unprefixed, "a red door"));
    }
  }

  @Test
  void tokens_are_counted_as_they_are_computed() {
    try (LocalProvider provider = LocalModels.open("e5-small-v2-q")) {
      EmbeddingBatch batch = provider.embed(List.of("a red door", "tea"), TextSide.DOCUMENT);
      // [CLS] passage : ... [SEP]
      assertThat(provider.countTokens("a red door")).isEqualTo(7);
      assertThat(batch.tokens()).isEqualTo(7 + 5);
      assertThat(batch.truncated().isEmpty()).isTrue();
    }
  }

  @Test
  void vectors_keep_the_model_s_own_length_where_that_is_asked_for() {
    LocalModel raw = LocalModel.bundled(MODEL).withNormalise(false);
    try (LocalProvider provider = LocalModels.open(MODEL);
        LocalProvider unscaled = LocalProvider.open(raw, LocalModels.RUNTIME)) {
      float[] vector = document(provider, "a red door");
      float[] longer = document(unscaled, "a red door");
      double length = Math.sqrt(dot(longer, longer));
      assertThat(length).isNotCloseTo(1, within(0.1));
      assertThat(dot(vector, longer) / length).isCloseTo(1, within(1e-5));
    }
  }

  @Test
  void its_limits_are_those_of_the_model() {
    try (LocalProvider provider = LocalModels.open(MODEL)) {
      assertThat(provider.limits().maxInputs()).isEqualTo(256);
      assertThat(provider.limits().maxTokensPerInput()).isEqualTo(256);
      assertThat(provider.concurrency()).isEqualTo(2);
      assertThat(provider).hasToString("local model " + MODEL);
    }
  }

  @Test
  void a_closed_provider_says_so_and_leaves_the_model_to_others() {
    LocalProvider first = LocalModels.open(MODEL);
    LocalProvider second = LocalModels.open(MODEL);
    float[] before = document(first, "a red door");
    first.close();
    first.close();

    assertThatThrownBy(() -> document(first, "a red door"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The local model all-MiniLM-L6-v2-q is closed.");
    assertThatThrownBy(() -> first.countTokens("a")).isInstanceOf(IllegalStateException.class);
    assertThat(document(second, "a red door")).isEqualTo(before);
    second.close();
    try (LocalProvider again = LocalModels.open(MODEL)) {
      assertThat(document(again, "a red door")).isEqualTo(before);
    }
  }
}
