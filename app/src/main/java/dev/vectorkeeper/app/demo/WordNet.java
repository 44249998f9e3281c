package dev.vectorkeeper.app.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/**
 * WordNet 3.1 from its files on the class path: a word and its gloss for each of some 117,000
 * meanings. The files' formats are those of WordNet's manual pages wndb(5WN) and senseidx(5WN).
 */
public final class WordNet {
  private static final String FOLDER = "/net/sf/extjwnl/data/wordnet/wn31/";
  private static final List<String> PARTS = List.of("noun", "verb", "adj", "adv");

  /**
   * One meaning.
   *
   * @param id a number made of the part of speech and the place in its file
   * @param word its first word
   * @param partOfSpeech noun, verb, adj or adv
   * @param gloss what it means
   * @param field the number of the lexicographers' file, which groups meanings by subject:
   *     lexnames(5WN)
   * @param kinds the ids of what it is a kind, an instance or a synonym in the wide sense of
   */
  public record Entry(
      long id, String word, String partOfSpeech, String gloss, int field, Set<Long> kinds) {}

  private WordNet() {}

  /** So many meanings, the ones met most often in texts first. */
  public static List<Entry> entries(int count) {
    Map<Long, Integer> frequency = frequencies();
    List<Entry> all = new ArrayList<>();
    for (String part : PARTS) {
      lines(
          "data." + part,
          line -> {
            if (!line.startsWith("  ")) {
              all.add(entry(part, line));
            }
          });
    }
    all.sort(Comparator.comparing((Entry entry) -> -frequency.getOrDefault(entry.id(), 0)));
    return List.copyOf(all.subList(0, Math.min(count, all.size())));
  }

  private static Entry entry(String part, String line) {
    int bar = line.indexOf(" | ");
    String[] fields = line.substring(0, bar).split(" ");
    String word = fields[4].replaceFirst("\\((a|p|ip)\\)$", "").replace('_', ' ');
    return new Entry(
        id(part, fields[0]),
        word,
        part,
        line.substring(bar + 3).strip(),
        Integer.parseInt(fields[1]),
        kinds(part, fields));
  }

  /** What the pointers for hypernyms, their instances and similar adjectives lead to. */
  private static Set<Long> kinds(String part, String[] fields) {
    int pointers = 4 + 2 * Integer.parseInt(fields[3], 16);
    Set<Long> kinds = new HashSet<>();
    for (int i = 0; i < Integer.parseInt(fields[pointers]); i++) {
      int at = pointers + 1 + 4 * i;
      if (Set.of("@", "@i", "&").contains(fields[at])) {
        kinds.add(id(part, fields[at + 1]));
      }
    }
    return Set.copyOf(kinds);
  }

  private static long id(String part, String offset) {
    return (PARTS.indexOf(part) + 1) * 100_000_000L + Long.parseLong(offset);
  }

  /** How often each meaning was tagged in WordNet's texts. */
  private static Map<Long, Integer> frequencies() {
    Map<Long, Integer> found = new HashMap<>();
    lines(
        "index.sense",
        line -> {
          String[] fields = line.split(" ");
          int tagged = Integer.parseInt(fields[3]);
          if (tagged > 0) {
            char type = fields[0].charAt(fields[0].indexOf('%') + 1);
            String part = PARTS.get(type == '5' ? 2 : type - '1');
            found.merge(id(part, fields[1]), tagged, Integer::sum);
          }
        });
    return found;
  }

  private static void lines(String file, Consumer<String> reader) {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(WordNet.class.getResourceAsStream(FOLDER + file), file),
                StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        reader.accept(line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
