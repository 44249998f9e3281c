package dev.vectorkeeper.config;

import dev.vectorkeeper.DidYouMean;
import dev.vectorkeeper.VectorkeeperException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** The problems of one configuration file, gathered so that they are reported together. */
final class Problems {
  private record Problem(int line, String text) {}

  private final String file;
  private final List<Problem> found = new ArrayList<>();

  Problems(String file) {
    this.file = file;
  }

  /** Adds a problem at a line that counts from 1, once however often it is met. */
  void add(int line, String text) {
    Problem problem = new Problem(line, text);
    if (!found.contains(problem)) {
      found.add(problem);
    }
  }

  /** Adds that a word is not one of the known ones, with the nearest known one. */
  void addUnknown(int line, String what, String word, Collection<String> known) {
    add(line, "unknown %s \"%s\"%s".formatted(what, word, DidYouMean.suggestion(word, known)));
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
