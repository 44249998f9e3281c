package dev.vectorkeeper.examples.products;

import dev.vectorkeeper.app.demo.WordNet.Entry;
import dev.vectorkeeper.examples.WordNetRows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The team's application, which writes products and knows nothing of embeddings. Its products are
 * WordNet's things and foods.
 */
final class Shop {
  private static final int THINGS = 6;
  private static final int FOOD = 13;

  private static final String INSERT =
      """
      insert into products (name, category, description, price_cents, embedding_text)
      values (?, ?, ?, ?, ?) returning product_id_internal
      """;

  private final WordNetRows wordNet;
  private final Iterator<Entry> next;
  private final Map<String, Entry> byText = new ConcurrentHashMap<>();

  Shop(WordNetRows wordNet) {
    this.wordNet = wordNet;
    this.next = wordNet.first(Integer.MAX_VALUE, Set.of(THINGS, FOOD)).iterator();
  }

  /** Inserts products in one transaction; returns their keys. */
  List<Long> insert(Connection session, int count) throws SQLException {
    return insert(session, count, true);
  }

  /** Inserts products that have no text to embed yet. */
  void insertDrafts(Connection session, int count) throws SQLException {
    insert(session, count, false);
  }

  private List<Long> insert(Connection session, int count, boolean described) throws SQLException {
    List<Long> keys = new ArrayList<>();
    session.setAutoCommit(false);
    try (PreparedStatement insert = session.prepareStatement(INSERT)) {
      for (int i = 0; i < count; i++) {
        keys.add(insert(insert, next.next(), described));
      }
      session.commit();
    } finally {
      session.setAutoCommit(true);
    }
    return keys;
  }

  private long insert(PreparedStatement insert, Entry entry, boolean described)
      throws SQLException {
    String text = entry.word() + ": " + entry.gloss();
    insert.setString(1, entry.word());
    insert.setString(2, entry.field() == FOOD ? "food" : "things");
    insert.setString(3, entry.gloss());
    insert.setInt(4, 100 + (int) (entry.id() % 9_900));
    insert.setString(5, described ? text : null);
    try (ResultSet row = insert.executeQuery()) {
      row.next();
      if (described) {
        byText.put(text, entry);
      }
      return row.getLong(1);
    }
  }

  /** Notes a text that a product has now. */
  void changed(String text, String from) {
    byText.put(text, entry(from));
  }

  /** Whether a text is that of a product. */
  boolean sells(String text) {
    return byText.containsKey(text);
  }

  /** Whether WordNet says that the products of two texts are near each other. */
  boolean related(String one, String other) {
    return wordNet.related(entry(one), entry(other));
  }

  private Entry entry(String text) {
    return Objects.requireNonNull(byText.get(text), text);
  }
}
