package dev.vectorkeeper.examples;

/**
 * What was seen of a criterion.
 *
 * @param met whether it holds
 * @param figure what was seen, or why it does not hold
 */
public record Verdict(boolean met, String figure) {
  static final Verdict NOT_RUN = new Verdict(false, "not run");
}
