package dev.vectorkeeper.importing;

import java.util.List;

/**
 * What the vectors of a table's rows were made of, as far as can be told.
 *
 * @param template the text as a file declares it
 * @param certainty how sure that is
 * @param why what speaks for it, as the rest of a sentence
 * @param others other texts that it might be
 */
record TextGuess(String template, Certainty certainty, String why, List<String> others) {
  /** How sure something is. */
  enum Certainty {
    /** The database itself says so. */
    SURE,
    /** Names speak for it. */
    LIKELY,
    /** Nothing better was found. */
    GUESS;

    @Override
    public String toString() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  TextGuess {
    others = List.copyOf(others);
  }
}
