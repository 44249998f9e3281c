package dev.vectorkeeper.provider.pace;

import java.util.List;

/**
 * An estimate for a model whose tokenizer is not at hand. Characters are weighed by their kind,
 * rather too heavy at first; what the answers' usage says then corrects the weight, with a margin
 * that follows how much the answers scatter.
 */
public final class LearnedTokens implements TokenEstimator {
  private static final double MEMORY = 0.1;
  private static final double FIRST_MARGIN = 0.15;
  private static final double LEAST_MARGIN = 0.05;
  private static final double PER_TEXT = 1;

  /** Tokens per unit of weight; corrected by answers. */
  private double ratio = 1;

  /** The usual distance between an answer's ratio and the learned one. */
  private double scatter = FIRST_MARGIN / 3;

  private boolean taught;

  @Override
  public int count(String text) {
    return (int) Math.max(1, Math.ceil(weight(text) * carefulRatio()));
  }

  @Override
  public String cut(String text, int maxTokens) {
    double room = maxTokens / carefulRatio() - PER_TEXT;
    int end = 0;
    while (end < text.length()) {
      int codePoint = text.codePointAt(end);
      room -= weight(codePoint);
      if (room < 0) {
        return text.substring(0, end);
      }
      end += Character.charCount(codePoint);
    }
    return text;
  }

  @Override
  public void learn(List<String> texts, long tokens) {
    if (tokens <= 0 || texts.isEmpty()) {
      return;
    }
    double weight = 0;
    for (String text : texts) {
      weight += weight(text);
    }
    learn(tokens / weight);
  }

  private synchronized void learn(double seen) {
    if (!taught) {
      taught = true;
      ratio = seen;
      scatter = seen * FIRST_MARGIN / 3;
      return;
    }
    scatter += MEMORY * (Math.abs(seen - ratio) - scatter);
    ratio += MEMORY * (seen - ratio);
  }

  private synchronized double carefulRatio() {
    return ratio + Math.max(ratio * LEAST_MARGIN, 3 * scatter);
  }

  private static double weight(String text) {
    double weight = PER_TEXT;
    for (int i = 0; i < text.length(); i++) {
      weight += weight(text.charAt(i));
    }
    return weight;
  }

  /** Tokens that a character usually costs; half of a surrogate pair counts half an emoji. */
  private static double weight(int character) {
    if (character < 0x80) {
      return asciiWeight(character);
    }
    if (character < 0x2E80) {
      return 0.7;
    }
    if (character >= Character.MIN_SUPPLEMENTARY_CODE_POINT) {
      return 3;
    }
    return Character.isSurrogate((char) character) ? 1.5 : 1.2;
  }

  private static double asciiWeight(int character) {
    if (character == ' ') {
      return 0.1;
    }
    if ((character | 0x20) >= 'a' && (character | 0x20) <= 'z') {
      return 0.28;
    }
    return 0.6;
  }
}
