package dev.vectorkeeper.provider.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchesTest {

  @Test
  void texts_of_one_length_share_a_call_and_the_longest_go_first() {
    assertThat(Batches.of(texts(5, 9, 5, 300, 9, 5), false))
        .containsExactly(new int[] {3}, new int[] {1, 4}, new int[] {0, 2, 5});
  }

  @Test
  void a_call_has_256_tokens_at_most() {
    List<int[]> batches = Batches.of(texts(100, 100, 100), false);
    assertThat(batches).containsExactly(new int[] {0, 1}, new int[] {2});
  }

  @Test
  void texts_that_would_change_each_other_go_alone() {
    assertThat(Batches.of(texts(5, 5, 9), true))
        .containsExactly(new int[] {2}, new int[] {0}, new int[] {1});
    assertThat(Batches.of(texts(), true)).isEmpty();
  }

  private static Tokens[] texts(int... lengths) {
    return IntStream.of(lengths)
        .mapToObj(length -> new Tokens(new long[length], false))
        .toArray(Tokens[]::new);
  }
}
