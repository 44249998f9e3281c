package dev.vectorkeeper.examples.media;

import dev.vectorkeeper.app.demo.WordNet.Entry;
import dev.vectorkeeper.examples.Stage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * The rows of the example: works, recordings and performances, for which WordNet's words for what
 * people make, say and do stand in with their glosses, and users who each like one kind of them.
 */
final class Catalogue {
  private static final Map<Integer, String> KINDS =
      Map.of(4, "performance", 6, "object", 10, "work", 11, "event");

  private static final int SESSIONS = 3;
  private static final int EVENTS_OF_A_SESSION = 4;
  private static final int FANS = 6;

  private static final String INSERT_ITEM =
      "insert into media_items (id, kind, title, description) values (?, ?, ?, ?)";

  private static final String INSERT_EVENT =
      """
      insert into media_events (user_id, session_id, media_item_id, action, weight, seen_at)
      values (?, ?, ?, ?, ?, timestamptz '2026-01-01 12:00:00+00' - make_interval(hours => ?))
      """;

  private enum Action {
    VIEWED(1),
    FINISHED(2),
    LIKED(3);

    private final float weight;

    Action(float weight) {
      this.weight = weight;
    }
  }

  private final List<Entry> items;
  private final Map<Long, List<Entry>> liked = new TreeMap<>();

  private Catalogue(List<Entry> items) {
    this.items = items;
  }

  static Catalogue fill(Stage stage) throws SQLException {
    Catalogue catalogue =
        new Catalogue(stage.texts().first(stage.rows(480, 10_000), KINDS.keySet()));
    try (Connection session = stage.session()) {
      session.setAutoCommit(false);
      catalogue.insertItems(session);
      catalogue.insertEvents(session, stage.rows(40, 400));
      session.commit();
    }
    stage.sql("analyze media_items", "analyze media_events");
    stage.say(
        "%,d media items, %,d users with %,d events."
            .formatted(
                catalogue.size(),
                catalogue.users().size(),
                stage.number("select count(*) from media_events")));
    return catalogue;
  }

  private void insertItems(Connection session) throws SQLException {
    try (PreparedStatement insert = session.prepareStatement(INSERT_ITEM)) {
      for (Entry item : items) {
        insert.setLong(1, item.id());
        insert.setString(2, KINDS.get(item.field()));
        insert.setString(3, item.word());
        insert.setString(4, item.gloss());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /** Three of four events are of the kind that the user likes, one is of any. */
  private void insertEvents(Connection session, int users) throws SQLException {
    Random random = new Random(17);
    List<List<Entry>> kinds = kinds();
    try (PreparedStatement insert = session.prepareStatement(INSERT_EVENT)) {
      for (long user = 1; user <= users; user++) {
        List<Entry> kind = kinds.get(random.nextInt(kinds.size()));
        liked.put(user, kind);
        for (int i = 0; i < SESSIONS * EVENTS_OF_A_SESSION; i++) {
          List<Entry> from = i % EVENTS_OF_A_SESSION == 0 ? items : kind;
          Action action = Action.values()[random.nextInt(Action.values().length)];
          insert.setLong(1, user);
          insert.setLong(2, user * 10 + i / EVENTS_OF_A_SESSION);
          insert.setLong(3, from.get(random.nextInt(from.size())).id());
          insert.setString(4, action.name().toLowerCase(java.util.Locale.ROOT));
          insert.setFloat(5, action.weight);
          insert.setInt(6, random.nextInt(24 * 90));
          insert.addBatch();
        }
      }
      insert.executeBatch();
    }
  }

  /** The items that are of one kind, of those kinds that have enough of them. */
  private List<List<Entry>> kinds() {
    Map<Long, List<Entry>> byKind = new TreeMap<>();
    for (Entry item : items) {
      for (Long kind : item.kinds()) {
        byKind.computeIfAbsent(kind, k -> new ArrayList<>()).add(item);
      }
    }
    return byKind.values().stream().filter(kind -> kind.size() >= FANS).toList();
  }

  int size() {
    return items.size();
  }

  Set<Long> users() {
    return liked.keySet();
  }

  /** An item of the kind that a user likes. */
  Entry likedBy(long user) {
    return Objects.requireNonNull(liked.get(user)).get(0);
  }

  /** So many items at even steps over all. */
  List<Entry> sample(int count) {
    List<Entry> sample = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sample.add(items.get((int) ((long) i * items.size() / count)));
    }
    return sample;
  }

  /** Any items, other ones for each seed. */
  List<Entry> any(int count, long seed) {
    return new Random(seed).ints(count, 0, items.size()).mapToObj(items::get).toList();
  }
}
