package dev.vectorkeeper.provider.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.provider.TextSide;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A text's vector must not depend on what else is in its request. */
class BatchIndependenceTest {
  private static final String[] WORDS =
      "river stone password, reset! the of running 42 café über account ledger — spring".split(" ");

  static List<String> models() {
    return LocalModel.bundledNames();
  }

  @ParameterizedTest
  @MethodSource("models")
  void a_vector_is_the_same_alone_and_in_every_batch(String name) {
    List<String> texts = texts();
    try (LocalProvider provider = LocalModels.open(name)) {
      List<float[]> together = provider.embed(texts, TextSide.DOCUMENT).vectors();
      List<String> reversed = new ArrayList<>(texts.subList(0, 60));
      Collections.reverse(reversed);
      List<float[]> otherwise = provider.embed(reversed, TextSide.DOCUMENT).vectors();

      for (int i = 0; i < texts.size(); i++) {
        assertThat(together.get(i)).isEqualTo(LocalModels.document(provider, texts.get(i)));
      }
      for (int i = 0; i < reversed.size(); i++) {
        assertThat(otherwise.get(i)).isEqualTo(together.get(reversed.size() - 1 - i));
      }
    }
  }

  private static List<String> texts() {
    Random random = new Random(7);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      StringBuilder text = new StringBuilder("text");
      int words = 1 + random.nextInt(i % 10 == 0 ? 150 : 12);
      for (int word = 0; word < words; word++) {
        text.append(' ').append(WORDS[random.nextInt(WORDS.length)]);
      }
      texts.add(text.toString());
    }
    return texts;
  }
}
