package dev.vectorkeeper.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients of an application, each with a session of its own, that write for a time. A transaction
 * is shaped as TPC-B's, which is also pgbench's: the row of a table that may be a source, a look at
 * it, two rows of others, a line of history; its first statement inserts a row or changes the text
 * of one, in turns, so that each transaction has a change to capture. Texts are as long as those
 * that people embed, some 400 tokens. As pgbench does unless told otherwise, and all who come
 * through a pool that gives each transaction another session, they prepare nothing. A short
 * transaction is the first statement alone, with a text of a few words.
 */
final class WritingClients implements AutoCloseable {
  /** What a transaction consists of. */
  enum Kind {
    WHOLE,
    SHORT
  }

  private static final Properties SIMPLE = new Properties();

  static {
    SIMPLE.setProperty("preferQueryMode", "simple");
  }

  private static final int BRANCHES = 100;
  private static final int TELLERS = 1_000;

  private static final String OTHER_TABLES =
      """
      create table branch (id integer primary key, looks integer not null) with (fillfactor = 10);
      insert into branch select g, 0 from generate_series(1, %d) g;
      create table teller (id integer primary key, looks integer not null) with (fillfactor = 10);
      insert into teller select g, 0 from generate_series(1, %d) g;
      create table history (
        teller integer not null, branch integer not null, entry bigint not null,
        at timestamptz not null default now());
      """;

  private static final AtomicLong NEXT_ID = new AtomicLong(1_000_000_000);

  private static final long TURN = TimeUnit.MILLISECONDS.toNanos(100);
  private static final int TEXT_LENGTH = 1_600;
  private static final int TEXTS = 500;

  private final int rows;
  private final List<String> texts = new ArrayList<>();
  private final ExecutorService threads;
  private final List<Client> clients = new ArrayList<>();

  /**
   * Clients of tables that are alike.
   *
   * @param rows the tables' ids, from 1, that are changed
   */
  WritingClients(BenchDatabase database, List<String> tables, int rows, int count)
      throws SQLException {
    this.rows = rows;
    List<String> glosses = Glosses.some(20_000);
    for (int i = 0; i < TEXTS; i++) {
      texts.add(text(glosses, i * 17));
    }
    database.sql(OTHER_TABLES.formatted(BRANCHES, TELLERS));
    this.threads = Executors.newFixedThreadPool(count);
    for (int i = 0; i < count; i++) {
      clients.add(new Client(database.session(SIMPLE), tables));
    }
  }

  private static String text(List<String> glosses, int from) {
    StringBuilder text = new StringBuilder();
    for (int i = from; text.length() < TEXT_LENGTH; i++) {
      text.append(glosses.get(i % glosses.size())).append(". ");
    }
    return text.toString();
  }

  /**
   * Lets all of them write for so long, in turns of a tenth of a second a table, all to the same
   * one at a time; gives their transactions a second together, table by table.
   */
  List<Double> write(List<String> tables, Kind kind, double seconds) {
    long until = System.nanoTime() + (long) (seconds * TimeUnit.SECONDS.toNanos(1));
    List<Callable<int[]>> tasks = new ArrayList<>();
    clients.forEach(client -> tasks.add(() -> client.write(tables, kind, until)));
    try {
      double[] rates = new double[tables.size()];
      for (Future<int[]> client : threads.invokeAll(tasks)) {
        int[] committed = client.get();
        for (int i = 0; i < rates.length; i++) {
          rates[i] += committed[i] / seconds * tables.size();
        }
      }
      return Arrays.stream(rates).boxed().toList();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws SQLException {
    threads.shutdownNow();
    for (Client client : clients) {
      client.session.close();
    }
  }

  private final class Client {
    private final Connection session;
    private final Map<String, PreparedStatement> inserts = new HashMap<>();
    private final Map<String, PreparedStatement> updates = new HashMap<>();
    private final Map<String, PreparedStatement> looks = new HashMap<>();
    private final PreparedStatement teller;
    private final PreparedStatement branch;
    private final PreparedStatement history;

    Client(Connection session, List<String> tables) throws SQLException {
      this.session = session;
      for (String table : tables) {
        inserts.put(
            table,
            session.prepareStatement(
                "insert into " + table + " (id, word, gloss) values (?, 'new', ?)"));
        updates.put(
            table, session.prepareStatement("update " + table + " set gloss = ? where id = ?"));
        looks.put(
            table, session.prepareStatement("select looked_up from " + table + " where id = ?"));
      }
      this.teller = session.prepareStatement("update teller set looks = looks + 1 where id = ?");
      this.branch = session.prepareStatement("update branch set looks = looks + 1 where id = ?");
      this.history =
          session.prepareStatement("insert into history (teller, branch, entry) values (?, ?, ?)");
    }

    int[] write(List<String> tables, Kind kind, long until) throws SQLException {
      int[] committed = new int[tables.size()];
      session.setAutoCommit(kind == Kind.SHORT);
      for (long now = System.nanoTime(); now < until; now = System.nanoTime()) {
        int turn = (int) (now / TURN % tables.size());
        String table = tables.get(turn);
        long id = change(table, text(kind), committed[turn] % 2 == 0);
        if (kind == Kind.WHOLE) {
          rest(table, id);
          session.commit();
        }
        committed[turn]++;
      }
      return committed;
    }

    private String text(Kind kind) {
      int number = ThreadLocalRandom.current().nextInt(TEXTS);
      return kind == Kind.SHORT ? "a gloss that was changed at " + number : texts.get(number);
    }

    private long change(String table, String text, boolean added) throws SQLException {
      long number = NEXT_ID.getAndIncrement();
      if (added) {
        PreparedStatement insert = Objects.requireNonNull(inserts.get(table));
        insert.setLong(1, number);
        insert.setString(2, text);
        insert.executeUpdate();
        return number;
      }
      long id = 1 + ThreadLocalRandom.current().nextInt(rows);
      PreparedStatement update = Objects.requireNonNull(updates.get(table));
      update.setString(1, text);
      update.setLong(2, id);
      update.executeUpdate();
      return id;
    }

    private void rest(String table, long id) throws SQLException {
      PreparedStatement look = Objects.requireNonNull(looks.get(table));
      look.setLong(1, id);
      look.executeQuery().close();
      int tellerId = 1 + ThreadLocalRandom.current().nextInt(TELLERS);
      int branchId = 1 + ThreadLocalRandom.current().nextInt(BRANCHES);
      teller.setInt(1, tellerId);
      teller.executeUpdate();
      branch.setInt(1, branchId);
      branch.executeUpdate();
      history.setInt(1, tellerId);
      history.setInt(2, branchId);
      history.setLong(3, id);
      history.executeUpdate();
    }
  }
}
