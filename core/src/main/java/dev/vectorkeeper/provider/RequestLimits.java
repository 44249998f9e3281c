package dev.vectorkeeper.provider;

/**
 * How much one request may carry.
 *
 * @param maxInputs texts in a request
 * @param maxTokens tokens in a request, all texts together
 * @param maxTokensPerInput tokens in one text; what is longer is truncated or refused
 */
public record RequestLimits(int maxInputs, int maxTokens, int maxTokensPerInput) {
  public RequestLimits {
    if (maxInputs < 1 || maxTokens < 1 || maxTokensPerInput < 1) {
      throw new IllegalArgumentException("request limits must be positive");
    }
  }
}
