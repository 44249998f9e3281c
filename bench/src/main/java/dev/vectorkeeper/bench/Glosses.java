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

  private Glosses() {}

  /** This many glosses, taken at even steps over all of them. */
  static List<String> some(int count) {
    List<String> all = all();
    List<String> some = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      some.add(all.get((int) ((long) i * all.size() / count)));
    }
    return some;
  }

  private static List<String> all() {
    List<String> glosses = new ArrayList<>();
    for (String file : FILES) {
      try (InputStream in = Glosses.class.getResourceAsStream(FOLDER + file);
          BufferedReader lines =
              new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
        lines
            .lines()
            .filter(line -> line.contains(SEPARATOR))
            .map(Glosses::gloss)
            .forEach(glosses::add);
      } catch (IOException e) {
        throw new UncheckedIOException("WordNet's " + file + " cannot be read", e);
      }
    }
    return glosses;
  }

  private static String gloss(String line) {
    return line.substring(line.indexOf(SEPARATOR) + SEPARATOR.length()).strip();
  }
}
