package dev.vectorkeeper.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The definitions of WordNet 3.1: about 117,000 real short English texts. */
final class Glosses {
  private static final String FOLDER = "/net/sf/extjwnl/data/wordnet/wn31/";
  private static final String[] FILES = {"data.noun", "data.verb", "data.adj", "data.adv"};
  private static final String SEPARATOR = " | ";

  /**
   * One meaning.
   *
   * @param word its first word
   * @param gloss what it means
   */
  record Entry(String word, String gloss) {}

  private Glosses() {}

  /** This many glosses, taken at even steps over all of them. */
  static List<String> some(int count) {
    return entries(count).stream().map(Entry::gloss).toList();
  }

  /** This many meanings, taken at even steps over all of them. */
  static List<Entry> entries(int count) {
    List<Entry> all = all();
    List<Entry> some = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      some.add(all.get((int) ((long) i * all.size() / count)));
    }
    return some;
  }

  private static List<Entry> all() {
    List<Entry> entries = new ArrayList<>();
    for (String file : FILES) {
      try (InputStream in = Glosses.class.getResourceAsStream(FOLDER + file);
          BufferedReader lines =
              new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
        lines
            .lines()
            .filter(line -> !line.startsWith("  ") && line.contains(SEPARATOR))
            .map(Glosses::entry)
            .forEach(entries::add);
      } catch (IOException e) {
        throw new UncheckedIOException("WordNet's " + file + " cannot be read", e);
      }
    }
    return entries;
  }

  /** The fifth field of a line is the first word: WordNet's manual page wndb(5WN). */
  private static Entry entry(String line) {
    String word = line.split(" ", 6)[4].replaceFirst("\\((a|p|ip)\\)$", "").replace('_', ' ');
    String gloss = line.substring(line.indexOf(SEPARATOR) + SEPARATOR.length()).strip();
    return new Entry(word, gloss);
  }
}
