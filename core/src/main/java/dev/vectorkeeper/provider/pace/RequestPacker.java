package dev.vectorkeeper.provider.pace;

import dev.vectorkeeper.provider.EmbeddingProvider;
import dev.vectorkeeper.provider.RequestLimits;
import java.util.ArrayList;
import java.util.List;

/**
 * Packs texts into requests by inputs and by tokens. Order is kept: a request holds neighbours. A
 * text that is longer than a text or a request may be stands alone, so that its refusal (or its
 * cutting) concerns no other.
 */
public final class RequestPacker {
  private final RequestLimits limits;

  public RequestPacker(RequestLimits limits) {
    this.limits = limits;
  }

  /** The requests for texts, within the provider's limits and by its own count of tokens. */
  public static List<Pack> pack(List<String> texts, EmbeddingProvider provider) {
    int[] tokens = texts.stream().mapToInt(provider::countTokens).toArray();
    return new RequestPacker(provider.limits()).pack(tokens);
  }

  /**
   * The requests for texts of these sizes.
   *
   * @param tokens tokens of each text, in order
   * @return requests that together hold every text once, in order
   */
  public List<Pack> pack(int[] tokens) {
    List<Pack> packs = new ArrayList<>();
    int from = 0;
    while (from < tokens.length) {
      Pack pack = packFrom(tokens, from);
      packs.add(pack);
      from = pack.to();
    }
    return packs;
  }

  private Pack packFrom(int[] tokens, int from) {
    long sum = tokens[from];
    int to = from + 1;
    if (isTooLong(tokens[from])) {
      return new Pack(from, to, sum);
    }
    while (to < tokens.length
        && to - from < limits.maxInputs()
        && !isTooLong(tokens[to])
        && sum + tokens[to] <= limits.maxTokens()) {
      sum += tokens[to++];
    }
    return new Pack(from, to, sum);
  }

  private boolean isTooLong(int tokens) {
    return tokens > limits.maxTokensPerInput() || tokens > limits.maxTokens();
  }
}
