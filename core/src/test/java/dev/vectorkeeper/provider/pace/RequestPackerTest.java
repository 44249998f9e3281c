package dev.vectorkeeper.provider.pace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vectorkeeper.provider.RequestLimits;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RequestPackerTest {
  private static List<Pack> pack(RequestLimits limits, int... tokens) {
    return new RequestPacker(limits).pack(tokens);
  }

  @Test
  void requests_are_full_by_inputs_or_by_tokens() {
    RequestLimits limits = new RequestLimits(3, 100, 50);
    assertThat(pack(limits, 1, 1, 1, 1)).containsExactly(new Pack(0, 3, 3), new Pack(3, 4, 1));
    assertThat(pack(limits, 50, 50, 1)).containsExactly(new Pack(0, 2, 100), new Pack(2, 3, 1));
    assertThat(pack(limits)).isEmpty();
  }

  @Test
  void too_long_a_text_stands_alone() {
    RequestLimits limits = new RequestLimits(10, 100, 50);
    assertThat(pack(limits, 5, 51, 5, 300))
        .containsExactly(
            new Pack(0, 1, 5), new Pack(1, 2, 51), new Pack(2, 3, 5), new Pack(3, 4, 300));
  }

  @Test
  void every_text_is_packed_once_in_order_and_within_the_limits() {
    SplittableRandom random = new SplittableRandom(7);
    for (int round = 0; round < 200; round++) {
      RequestLimits limits =
          new RequestLimits(random.nextInt(1, 20), random.nextInt(10, 200), random.nextInt(5, 60));
      int[] tokens = random.ints(random.nextInt(0, 100), 1, 80).toArray();
      int next = 0;
      for (Pack pack : new RequestPacker(limits).pack(tokens)) {
        assertThat(pack.from()).isEqualTo(next);
        assertThat(pack.tokens()).isEqualTo(Arrays.stream(tokens, next, pack.to()).sum());
        assertThat(pack.size()).isBetween(1, limits.maxInputs());
        assertThat(pack.size() == 1 || pack.tokens() <= limits.maxTokens()).isTrue();
        next = pack.to();
      }
      assertThat(next).isEqualTo(tokens.length);
    }
  }
}
