package dev.vectorkeeper.examples.events;

import dev.vectorkeeper.app.demo.WordNet.Entry;
import dev.vectorkeeper.examples.Stage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * The application's rows. WordNet's definitions of made things, phenomena and happenings stand in
 * for messages of devices; which meaning a row has is kept, to tell what is near.
 */
final class EventRows {
  /** Names of the lexicographers' files that are taken, by their numbers. */
  private static final Map<Integer, String> KINDS =
      Map.of(6, "device", 11, "incident", 19, "phenomenon");

  private static final String INSERT =
      """
      insert into iot_events (tenant, device, kind, message)
      values (?, ?, ?, ?) returning id
      """;

  private final Stage stage;
  private final Iterator<Entry> texts;
  private final TreeMap<Long, Entry> meanings = new TreeMap<>();
  private final Random random = new Random(4);

  EventRows(Stage stage) {
    this.stage = stage;
    this.texts = stage.texts().first(Integer.MAX_VALUE, Set.copyOf(KINDS.keySet())).iterator();
  }

  /** Adds so many rows, a transaction for all; their ids. */
  List<Long> insert(int count) throws SQLException {
    List<Long> ids = new ArrayList<>();
    try (Connection session = stage.session();
        PreparedStatement insert = session.prepareStatement(INSERT)) {
      session.setAutoCommit(false);
      for (int i = 0; i < count; i++) {
        ids.add(insert(insert, texts.next()));
      }
      session.commit();
    }
    return ids;
  }

  private long insert(PreparedStatement insert, Entry entry) throws SQLException {
    insert.setString(1, random.nextBoolean() ? "north" : "south");
    insert.setString(2, entry.word());
    insert.setString(3, KINDS.get(entry.field()));
    insert.setString(4, entry.gloss());
    try (ResultSet row = insert.executeQuery()) {
      row.next();
      meanings.put(row.getLong(1), entry);
      return row.getLong(1);
    }
  }

  /**
   * Inserts, updates and deletes at random, each in a transaction of its own.
   *
   * @return how many of each, in this order
   */
  int[] change(int count) throws SQLException {
    int[] done = new int[3];
    try (Connection session = stage.session();
        PreparedStatement insert = session.prepareStatement(INSERT);
        PreparedStatement update =
            session.prepareStatement("update iot_events set device = ?, message = ? where id = ?");
        PreparedStatement delete =
            session.prepareStatement("delete from iot_events where id = ?")) {
      for (int i = 0; i < count; i++) {
        int what = random.nextInt(3);
        done[what]++;
        switch (what) {
          case 0 -> insert(insert, texts.next());
          case 1 -> update(update, any(), meaning(any()));
          default -> delete(delete, any());
        }
      }
    }
    return done;
  }

  private long any() {
    return new ArrayList<>(meanings.keySet()).get(random.nextInt(meanings.size()));
  }

  private void update(PreparedStatement update, long id, Entry entry) throws SQLException {
    update.setString(1, entry.word());
    update.setString(2, entry.gloss());
    update.setLong(3, id);
    update.executeUpdate();
    meanings.put(id, entry);
  }

  private void delete(PreparedStatement delete, long id) throws SQLException {
    delete.setLong(1, id);
    delete.executeUpdate();
    meanings.remove(id);
  }

  /** The newest so many ids, the newest first. */
  List<Long> newest(int count) {
    return meanings.descendingKeySet().stream().limit(count).toList();
  }

  /** Whether two rows say the same. */
  boolean areEqual(long one, long other) {
    return meaning(one).equals(meaning(other));
  }

  private Entry meaning(long id) {
    return Objects.requireNonNull(meanings.get(id), "no row " + id);
  }

  /** Whether two rows say the same or are near by WordNet's relations. */
  boolean areRelated(long one, long other) {
    return stage.texts().related(meaning(one), meaning(other));
  }

  /** How often two rows that are drawn at random are near. */
  double chance(int draws) {
    List<Long> ids = new ArrayList<>(meanings.keySet());
    int near = 0;
    for (int i = 0; i < draws; i++) {
      long one = ids.get(random.nextInt(ids.size()));
      long other = ids.get(random.nextInt(ids.size()));
      near += one != other && areRelated(one, other) ? 1 : 0;
    }
    return (double) near / draws;
  }
}
