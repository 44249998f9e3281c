package dev.vectorkeeper.provider.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class LocalModelTest {

  @Test
  void a_bundled_model_is_found_in_any_letter_case() {
    assertThat(LocalModel.of("ALL-minilm-l6-V2-Q").name()).isEqualTo("all-MiniLM-L6-v2-q");
    assertThat(LocalModel.bundled("BGE-Small-en-v1.5").quantised()).isFalse();
  }

  @Test
  void each_model_has_the_settings_of_its_authors() {
    LocalModel bge = LocalModel.bundled("bge-small-en-v1.5-q");
    assertThat(bge.pooling()).isEqualTo(Pooling.CLS);
    assertThat(bge.maxTokens()).isEqualTo(512);
    assertThat(bge.documentPrefix()).isEmpty();
    assertThat(bge.queryPrefix())
        .isEqualTo("Represent this sentence for searching relevant passages: ");

    LocalModel e5 = LocalModel.bundled("e5-small-v2");
    assertThat(e5.pooling()).isEqualTo(Pooling.MEAN);
    assertThat(e5.documentPrefix()).isEqualTo("passage: ");
    assertThat(e5.queryPrefix()).isEqualTo("query: ");

    LocalModel miniLm = LocalModel.bundled("all-MiniLM-L6-v2");
    assertThat(miniLm.maxTokens()).isEqualTo(256);
    assertThat(miniLm.queryPrefix()).isEmpty();
    assertThat(miniLm.dimensions()).hasValue(384);
  }

  @Test
  void an_unknown_name_is_answered_with_the_known_ones() {
    for (String name : new String[] {"gte-small", "", "bad\0name"}) {
      assertThatThrownBy(() -> LocalModel.of(name))
          .isInstanceOf(LocalModelException.class)
          .hasMessageContainingAll(LocalModel.bundledNames().toArray(String[]::new))
          .hasMessageContaining("or a directory with model.onnx and tokenizer.json")
          .extracting(e -> ((LocalModelException) e).code())
          .isEqualTo(LocalModelException.UNKNOWN_MODEL);
    }
  }

  @Test
  void a_name_that_looks_like_a_path_is_a_directory() {
    assertThatThrownBy(() -> LocalModel.of("./models/gte-small"))
        .isInstanceOf(LocalModelException.class)
        .hasMessageContaining("There is no directory ./models/gte-small");
  }

  @Test
  void whatever_changes_a_vector_changes_the_shape_of_the_space() {
    LocalModel model = LocalModel.bundled("all-MiniLM-L6-v2");
    assertThat(model.shape()).isEqualTo(LocalModel.bundled("ALL-minilm-l6-v2").shape());
    assertThat(
            List.of(
                model.withPooling(Pooling.CLS).shape(),
                model.withNormalise(false).shape(),
                model.withMaxTokens(128).shape(),
                model.withPrefixes("a ", "").shape(),
                model.withPrefixes("", "a ").shape(),
                LocalModel.bundled("all-MiniLM-L6-v2-q").shape(),
                model.shape()))
        .doesNotHaveDuplicates();
    assertThat(model.spaceDescription()).contains("all-MiniLM-L6-v2", "pooling=mean");
  }

  @Test
  void a_limit_of_no_use_is_refused() {
    assertThatThrownBy(() -> LocalModel.bundled("e5-small-v2").withMaxTokens(2))
        .isInstanceOf(LocalModelException.class)
        .hasMessageContaining("Allow 8 or more");
  }

  @Test
  void a_limit_above_what_the_model_takes_is_refused_when_it_is_opened() {
    LocalModel model = LocalModel.bundled("bge-small-en-v1.5-q").withMaxTokens(1024);
    assertThatThrownBy(() -> LocalProvider.open(model, LocalModels.RUNTIME))
        .isInstanceOf(LocalModelException.class)
        .hasMessageContaining("takes 512 tokens a text, not 1024");
  }
}
