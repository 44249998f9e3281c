package dev.vectorkeeper.provider.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.provider.TextSide;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OddTextsTest {

  static List<String> texts() {
    return List.of(
        "\0",
        "nul \0 in the middle",
        "\u0001\u001f\u007f\u0085",
        "\ud800",
        "half \udc00 of a \ud83d pair",
        "\ud83d\ude00 \ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67",
        "\u200b\u200d\ufeff",
        "\uffff\ufffe",
        "e\u0301\u0323".repeat(300),
        "مرحبا بالعالم",
        "数据库的向量",
        "[CLS] [SEP] [PAD] [MASK] [UNK]",
        "a".repeat(1_000_000),
        "字".repeat(1_000_000),
        "word ".repeat(200_000),
        "\ud83d\ude00".repeat(50_000));
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("texts")
  void a_text_of_any_characters_and_length_has_a_vector(String text) {
    for (String model : List.of("bge-small-en-v1.5-q", "all-MiniLM-L6-v2-q")) {
      try (LocalProvider provider = LocalModels.open(model)) {
        float[] vector = LocalModels.document(provider, text);
        double length = LocalModels.dot(vector, vector);
        assertThat(length).isBetween(0.999, 1.001);
      }
    }
  }

  @Test
  void no_texts_have_no_vectors() {
    try (LocalProvider provider = LocalModels.open("all-MiniLM-L6-v2-q")) {
      assertThat(provider.embed(List.of(), TextSide.DOCUMENT).vectors()).isEmpty();
    }
  }
}
