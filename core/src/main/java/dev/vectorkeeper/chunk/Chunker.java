package dev.vectorkeeper.chunk;

import dev.vectorkeeper.store.EmbeddedText.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a text into chunks of at most so many tokens, between words, at the end of a sentence where
 * one lies in the last third, each repeating the end of the one before. A word that is longer than
 * a chunk stands alone.
 */
public final class Chunker {
  private static final Pattern WORD = Pattern.compile("\\S+\\s*");

  private record Word(int start, int end, int tokens, boolean endsSentence) {}

  private final int maxTokens;
  private final int overlap;
  private final ToIntFunction<String> tokens;

  /**
   * A chunker.
   *
   * @param maxTokens tokens in a chunk at most
   * @param overlap tokens repeated at most, less than maxTokens
   * @param tokens counts the tokens of a piece of text
   */
  public Chunker(int maxTokens, int overlap, ToIntFunction<String> tokens) {
    this.maxTokens = maxTokens;
    this.overlap = overlap;
    this.tokens = tokens;
  }

  /** The chunks of a text in order; one at least, also for a blank text. */
  public List<Piece> chunk(String text) {
    List<Word> words = words(text);
    List<Piece> pieces = new ArrayList<>();
    int from = 0;
    while (from < words.size()) {
      int to = end(words, from);
      pieces.add(new Piece(pieces.size(), words.get(from).start(), words.get(to - 1).end()));
      from = to == words.size() ? to : next(words, from, to);
    }
    return pieces.isEmpty() ? List.of(new Piece(0, 0, text.length())) : pieces;
  }

  private List<Word> words(String text) {
    List<Word> words = new ArrayList<>();
    Matcher word = WORD.matcher(text);
    while (word.find()) {
      String bare = word.group().stripTrailing();
      boolean sentence =
          bare.endsWith(".")
              || bare.endsWith("!")
              || bare.endsWith("?")
              || word.group().contains("\n\n");
      words.add(new Word(word.start(), word.end(), Math.max(1, tokens.applyAsInt(bare)), sentence));
    }
    return words;
  }

  private int end(List<Word> words, int from) {
    int count = 0;
    int to = from;
    int sentence = -1;
    while (to < words.size() && (to == from || count + words.get(to).tokens() <= maxTokens)) {
      count += words.get(to).tokens();
      to++;
      if (words.get(to - 1).endsSentence() && count * 3 >= maxTokens * 2) {
        sentence = to;
      }
    }
    return to < words.size() && sentence > 0 ? sentence : to;
  }

  private int next(List<Word> words, int from, int to) {
    int back = to;
    int repeated = 0;
    while (back - 1 > from && repeated + words.get(back - 1).tokens() <= overlap) {
      back--;
      repeated += words.get(back).tokens();
    }
    return back;
  }
}
