package dev.vectorkeeper.provider.pace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenEstimatorTest {
  private static final String ENGLISH =
      "Vectors are kept true to the rows that they describe, and the model can be changed.";

  @Test
  void openais_tokens_are_exact() {
    ExactTokens tokens = new ExactTokens();
    assertThat(tokens.count("hello world")).isEqualTo(2);
    assertThat(tokens.count("tiktoken is great!")).isEqualTo(6);
    assertThat(tokens.count("<|endoftext|>")).isGreaterThan(1);
    assertThat(tokens.count("")).isEqualTo(1);
  }

  @Test
  void an_exact_cut_is_a_beginning_of_the_text() {
    ExactTokens tokens = new ExactTokens();
    String cut = tokens.cut(ENGLISH, 7);
    assertThat(ENGLISH).startsWith(cut);
    assertThat(tokens.count(cut)).isEqualTo(7);
    assertThat(tokens.cut("short", 7)).isEqualTo("short");
    String emoji = "🎈".repeat(50);
    assertThat(emoji).startsWith(tokens.cut(emoji, 10));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ENGLISH,
        "SELECT a.id, count(*) FROM t AS a WHERE x >= 42 GROUP BY 1;",
        "Die Straßenbahn fährt über die Brücke zum Güterbahnhof.",
        "Векторы соответствуют строкам, которые они описывают.",
        "矢量与其描述的行保持一致。",
        "2026-09-01T12:00:00Z 1788264000 0x7fffffff",
        "🎈🎉🚀"
      })
  void an_untaught_estimate_is_rather_too_high(String text) {
    int exact = new ExactTokens().count(text);
    assertThat(new LearnedTokens().count(text)).isBetween(exact, 3 * exact + 3);
  }

  @Test
  void an_estimate_comes_near_to_what_the_answers_said() {
    LearnedTokens tokens = new LearnedTokens();
    ExactTokens exact = new ExactTokens();
    List<String> texts = List.of(ENGLISH, ENGLISH + " " + ENGLISH, "A short one.");
    for (int i = 0; i < 50; i++) {
      tokens.learn(texts, texts.stream().mapToInt(exact::count).sum());
    }
    assertThat(tokens.count(ENGLISH))
        .isBetween(exact.count(ENGLISH), (int) (exact.count(ENGLISH) * 1.25));
  }

  @Test
  void a_cut_by_estimate_counts_no_more_than_allowed_and_splits_no_character() {
    LearnedTokens tokens = new LearnedTokens();
    String text = (ENGLISH + "🎈東京").repeat(20);
    for (int most = 1; most < 200; most += 7) {
      String cut = tokens.cut(text, most);
      assertThat(text).startsWith(cut);
      assertThat(tokens.count(cut)).isLessThanOrEqualTo(Math.max(most, 2));
      assertThat(cut.isEmpty() || !Character.isHighSurrogate(cut.charAt(cut.length() - 1)))
          .isTrue();
    }
  }
}
