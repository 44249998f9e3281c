package dev.vectorkeeper.config;

import dev.vectorkeeper.VectorkeeperException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The problems of one configuration file, gathered so that they are reported together. */
final class Problems {
  private record Problem(int line, String text) {}

  private final String file;
  private final List<Problem> found = new ArrayList<>();

  Problems(String file) {
    this.file = file;
  }

  /** Adds a problem at a line that counts from 1. */
  void add(int line, String text) {
    found.add(new Problem(line, text));
  }

  /** Adds that a word is not one of the known ones, with the nearest known one. */
  void addUnknown(int line, String what, String word, Iterable<String> known) {
    add(line, "unknown %s \"%s\"%s".formatted(what, word, suggestion(word, known)));
  }

  private static String suggestion(String word, Iterable<String> known) {
    String nearest = nearest(word, known);
    return nearest.isEmpty()
        ? "; known are " + String.join(", ", known)
        : "; did you mean \"" + nearest + "\"?";
  }

  private static String nearest(String word, Iterable<String> known) {
    String best = "";
    int least = Math.max(2, word.length() / 3) + 1;
    for (String candidate : known) {
      int distance = distance(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
      if (distance < least) {
        least = distance;
        best = candidate;
      }
    }
    return best;
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(Math.min(row[j - 1], previous[j]) + 1, previous[j - 1] + change);
      }
      previous = row;
    }
    return previous[b.length()];
  }

  /** Throws VK-C01 with every problem, in the order of their lines, when there is any. */
  void throwIfAny() {
    if (found.isEmpty()) {
      return;
    }
    found.sort(Comparator.comparingInt(Problem::line));
    StringBuilder text = new StringBuilder();
    text.append(
        found.size() == 1
            ? "The configuration has a problem:"
            : "The configuration has %d problems:".formatted(found.size()));
    for (Problem problem : found) {
      text.append("\n  ").append(file).append(':').append(problem.line()).append(": ");
      text.append(problem.text());
    }
    throw new VectorkeeperException("VK-C01", text.toString());
  }
}
