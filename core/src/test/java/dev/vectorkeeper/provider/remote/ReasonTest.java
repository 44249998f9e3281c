package dev.vectorkeeper.provider.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.provider.Secret;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReasonTest {
  private static final String KEY = "sk-proj-abcdefghijklmnop";
  private final Reason reason = new Reason(List.of(Secret.of(KEY)));

  @Test
  void a_reason_is_one_line_of_bounded_length() {
    assertThat(reason.clean("a\r\n\tb\u0000c ", List.of())).isEqualTo("a b c");
    assertThat(reason.clean("x".repeat(10_000), List.of())).hasSize(301);
  }

  @Test
  void a_key_is_masked_whole_and_in_part() {
    assertThat(reason.clean("key " + KEY + " is wrong", List.of())).isEqualTo("key *** is wrong");
    assertThat(reason.clean("wrong: sk-proj-****mnop.", List.of())).isEqualTo("wrong: ***");
    assertThat(reason.clean("begins with sk-proj-, ends with ijklmnop", List.of()))
        .isEqualTo("begins with ***, ends with ***");
  }

  @Test
  void texts_are_taken_out_even_where_they_are_cut() {
    String text = "A secret report of many words. ".repeat(20);
    String cut = "cannot embed '" + text.substring(0, 200) + "' today";
    assertThat(reason.clean(cut, List.of("Paris", text)))
        .isEqualTo("cannot embed '[the text]' today");
    assertThat(reason.clean("no Paris, no Paris", List.of("Paris")))
        .isEqualTo("no [the text], no [the text]");
  }
}
