package dev.vectorkeeper.examples.media;

import dev.vectorkeeper.examples.Stage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Readers and writers of the application while the active profile goes to and fro. */
final class Load {
  /** Items nearest to a user's taste, and the profiles of both. */
  private static final String RANK =
      """
      select e.media_item_id, e.profile, (select u.profile from media_user_vectors_active u where u.user_id = ?)
      from media_embeddings_active e
      order by e.embedding <=> (select u.embedding from media_user_vectors_active u where u.user_id = ?) limit 10
      """;

  private static final String MATCH =
      """
      select m.profile from match_media(
        (select embedding from media_embeddings where profile = ? limit 1), match_count => 10, collection => ?) m
      """;

  private static final List<String> WRITES =
      List.of(
          "update media_items set description = description || '; a new edition' where id = (select id from media_items where id >= ? order by id limit 1)",
          "update media_items set views = views + 1 where id = (select id from media_items where id >= ? order by id limit 1)",
          "insert into media_items (id, kind, title, description) select 900000000 + nextval('added'), kind, title || ' II', 'sequel: ' || description from media_items where id >= ? order by id limit 1",
          "delete from media_items where id = (select max(id) from media_items where id > 900000000 and id % 3 = 0 and ? > 0)",
          "insert into media_events (user_id, session_id, media_item_id, action, weight) select user_id, session_id, media_item_id, 'liked', 3 from media_events where media_item_id >= ? order by media_item_id limit 1");

  /** The arguments of the switch. */
  private static final Map<String, String> SPACES =
      Map.of(
          "jina", "'jina', 'jina-embeddings-v3', 1024, 'retrieval.passage'",
          "openai", "'openai', 'text-embedding-3-small', 1024, ''");

  private final Stage stage;
  private final long lowest;
  private final long highest;
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final AtomicLong reads = new AtomicLong();
  private final AtomicLong writes = new AtomicLong();
  private final AtomicLong mixed = new AtomicLong();
  private final AtomicLong switches = new AtomicLong();
  private final AtomicLong slowestSwitch = new AtomicLong();
  private volatile boolean over;

  Load(Stage stage) {
    this.stage = stage;
    this.lowest = stage.number("select min(id) from media_items");
    this.highest = stage.number("select max(id) from media_items");
  }

  /** A piece of work of one client, over and over on one session. */
  private interface Work {
    void once(Connection session, Random random) throws SQLException;
  }

  void run() throws Exception {
    stage.sql("create sequence added");
    stage.ok("schedule", "enable", "media-jina");
    stage.ok("schedule", "enable", "media-openai");
    int each = stage.rows(1, 5);
    List<Callable<Void>> clients = new ArrayList<>();
    for (int i = 0; i < each; i++) {
      clients.add(client(i, this::rank));
      clients.add(client(100 + i, this::match));
      clients.add(client(200 + i, this::write));
    }
    clients.add(client(300, this::change));
    ExecutorService pool = Executors.newFixedThreadPool(clients.size());
    List<Future<Void>> running = clients.stream().map(pool::submit).toList();
    TimeUnit.SECONDS.sleep(stage.rows(3, 20));
    over = true;
    for (Future<Void> client : running) {
      client.get();
    }
    pool.shutdown();
    stage.ok("schedule", "disable", "media-jina");
    stage.ok("schedule", "disable", "media-openai");
    failures.stream().distinct().limit(10).forEach(failure -> stage.say("  failed: " + failure));
  }

  private Callable<Void> client(long seed, Work work) {
    return () -> {
      Random random = new Random(seed);
      try (Connection session = stage.session()) {
        while (!over) {
          try {
            work.once(session, random);
          } catch (SQLException e) {
            failures.add(String.valueOf(e.getMessage()));
          }
        }
      }
      return null;
    };
  }

  private void rank(Connection session, Random random) throws SQLException {
    long user = 1 + random.nextInt(30);
    try (PreparedStatement query = session.prepareStatement(RANK)) {
      query.setLong(1, user);
      query.setLong(2, user);
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          mixed.addAndGet(rows.getString(2).equals(rows.getString(3)) ? 0 : 1);
        }
      }
    }
    reads.incrementAndGet();
  }

  private void match(Connection session, Random random) throws SQLException {
    String profile = random.nextBoolean() ? "jina" : "openai";
    int found = 0;
    try (PreparedStatement query = session.prepareStatement(MATCH)) {
      query.setString(1, profile);
      query.setString(2, profile);
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          found++;
          mixed.addAndGet(rows.getString(1).equals(profile) ? 0 : 1);
        }
      }
    }
    if (found < 10) {
      failures.add("match_media found %d of 10".formatted(found));
    }
    reads.incrementAndGet();
  }

  private void write(Connection session, Random random) throws SQLException {
    String statement = WRITES.get(random.nextInt(WRITES.size()));
    try (PreparedStatement write = session.prepareStatement(statement)) {
      write.setLong(1, lowest + (long) (random.nextDouble() * (highest - lowest)));
      write.executeUpdate();
    }
    writes.incrementAndGet();
    pause(20);
  }

  private void change(Connection session, Random random) throws SQLException {
    String to = switches.get() % 2 == 0 ? "openai" : "jina";
    long begun = System.nanoTime();
    try (PreparedStatement change =
        session.prepareStatement(
            "select * from set_active_embedding_profile(" + SPACES.get(to) + ")")) {
      change.executeQuery();
    }
    slowestSwitch.accumulateAndGet((System.nanoTime() - begun) / 1_000_000, Math::max);
    switches.incrementAndGet();
    pause(100);
  }

  private static void pause(long millis) {
    java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  /** Whether nothing failed, nothing was mixed, and all clients were at work. */
  boolean isUnharmed() {
    return failures.isEmpty()
        && mixed.get() == 0
        && switches.get() >= 4
        && reads.get() > 20
        && writes.get() > 20;
  }

  String told() {
    return String.format(
        Locale.ROOT,
        "%d switches under %,d searches and %,d writes: %d failed, %d mixed, a switch %d ms at most",
        switches.get(),
        reads.get(),
        writes.get(),
        failures.size(),
        mixed.get(),
        slowestSwitch.get());
  }
}
