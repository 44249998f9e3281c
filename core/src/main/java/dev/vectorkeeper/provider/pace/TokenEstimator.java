package dev.vectorkeeper.provider.pace;

import java.util.List;

/** Counts the tokens of texts, exactly or with care. Safe for use by several threads. */
public interface TokenEstimator {

  /** The tokens of a text: at least 1, and rather too many than too few. */
  int count(String text);

  /** The longest beginning of a text that counts no more than so many tokens. */
  String cut(String text, int maxTokens);

  /** Takes in what a provider counted for texts that it was sent. */
  void learn(List<String> texts, long tokens);
}
