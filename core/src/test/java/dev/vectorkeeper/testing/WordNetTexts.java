package dev.vectorkeeper.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** Definitions of nouns in WordNet 3.1: some 82,000 real short English texts. */
public final class WordNetTexts {
  private static final String NOUNS = "/net/sf/extjwnl/data/wordnet/wn31/data.noun";
  private static final String SEPARATOR = " | ";

  private WordNetTexts() {}

  /** This many, taken at even steps over all of them. */
  public static List<String> some(int count) {
    try (InputStream in = WordNetTexts.class.getResourceAsStream(NOUNS);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      List<String> all =
          lines
              .lines()
              .filter(line -> !line.startsWith("  ") && line.contains(SEPARATOR))
              .map(line -> line.substring(line.indexOf(SEPARATOR) + SEPARATOR.length()).strip())
              .distinct()
              .toList();
      return java.util.stream.IntStream.range(0, count)
          .mapToObj(i -> all.get((int) ((long) i * all.size() / count)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Fills a table with columns id, from 1, and body. */
  public static void fill(TestDatabase test, String table, int count) {
    try (Connection session = test.session();
        PreparedStatement insert =
            session.prepareStatement("insert into " + table + " (id, body) values (?, ?)")) {
      session.setAutoCommit(false);
      int id = 0;
      for (String text : some(count)) {
        insert.setLong(1, ++id);
        insert.setString(2, text);
        insert.addBatch();
      }
      insert.executeBatch();
      session.commit();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
