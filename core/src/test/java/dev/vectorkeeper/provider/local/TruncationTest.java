package dev.vectorkeeper.provider.local;

import static dev.vectorkeeper.provider.local.LocalModels.document;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.provider.EmbeddingBatch;
import dev.vectorkeeper.provider.TextSide;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TruncationTest {

  @ParameterizedTest
  @CsvSource({
    "all-MiniLM-L6-v2, 254",
    "all-MiniLM-L6-v2-q, 254",
    "bge-small-en-v1.5-q, 510",
    "e5-small-v2-q, 508"
  })
  void a_text_is_cut_at_the_model_s_own_limit_and_reported(String name, int words) {
    String fits = "house ".repeat(words);
    String longer = fits + "river ".repeat(300);
    try (LocalProvider provider = LocalModels.open(name)) {
      EmbeddingBatch batch =
          provider.embed(List.of("short", longer, fits, fits + "a"), TextSide.DOCUMENT);

      assertThat(batch.truncated()).isEqualTo(BitSet.valueOf(new long[] {0b1010}));
      assertThat(batch.vectors().get(1)).isEqualTo(batch.vectors().get(2));
      assertThat(batch.vectors().get(3)).isEqualTo(batch.vectors().get(2));
      assertThat(provider.countTokens(fits)).isEqualTo(provider.limits().maxTokensPerInput());
      assertThat(provider.countTokens(longer)).isEqualTo(provider.countTokens(fits) + 300);
    }
  }

  @Test
  void a_text_longer_than_the_tokenizer_file_s_own_limit_is_not_cut() {
    String start = "house ".repeat(140);
    try (LocalProvider provider = LocalModels.open("all-MiniLM-L6-v2")) {
      EmbeddingBatch batch =
          provider.embed(List.of(start, start + "river flood"), TextSide.DOCUMENT);
      assertThat(batch.truncated().isEmpty()).isTrue();
      assertThat(batch.vectors().get(0)).isNotEqualTo(batch.vectors().get(1));
    }
  }

  @Test
  void a_very_long_text_has_the_vector_of_its_beginning() {
    String sentence = "Unaccountably, the café's 3,000 ledgers were re-balanced twice. ";
    try (LocalProvider provider = LocalModels.open("bge-small-en-v1.5-q")) {
      float[] wanted = document(provider, sentence.repeat(100));
      assertThat(document(provider, sentence.repeat(20_000))).isEqualTo(wanted);
    }
  }

  @Test
  void a_lower_limit_cuts_earlier() {
    LocalModel model = LocalModel.bundled("all-MiniLM-L6-v2-q").withMaxTokens(10);
    try (LocalProvider provider = LocalProvider.open(model, LocalModels.RUNTIME)) {
      EmbeddingBatch batch =
          provider.embed(List.of("house ".repeat(9), "house ".repeat(8)), TextSide.DOCUMENT);
      assertThat(batch.truncated()).isEqualTo(BitSet.valueOf(new long[] {0b01}));
      assertThat(batch.vectors().get(0)).isEqualTo(batch.vectors().get(1));
      assertThat(batch.tokens()).isEqualTo(20);
    }
  }
}
