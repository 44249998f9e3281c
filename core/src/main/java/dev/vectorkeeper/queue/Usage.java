package dev.vectorkeeper.queue;

import dev.vectorkeeper.provider.Embedder;
import java.math.BigDecimal;

/**
 * What calls of a provider used.
 *
 * @param requests requests that were sent
 * @param retries requests among them that sent texts again
 * @param inputs texts that were sent
 * @param tokens tokens that the provider counted, or an estimate where it counts none
 * @param usd their price in US dollars; zero where no price is known
 */
public record Usage(int requests, int retries, long inputs, long tokens, BigDecimal usd) {

  /** Nothing used. */
  public static final Usage NONE = new Usage(0, 0, 0, 0, BigDecimal.ZERO);

  /** What one call of an embedder used. */
  public static Usage of(Embedder.Embedded embedded) {
    return new Usage(
        embedded.requests(),
        embedded.retries(),
        embedded.inputs(),
        embedded.tokens(),
        embedded.usd());
  }

  /** Both together. */
  public Usage plus(Usage other) {
    return new Usage(
        requests + other.requests,
        retries + other.retries,
        inputs + other.inputs,
        tokens + other.tokens,
        usd.add(other.usd));
  }
}
