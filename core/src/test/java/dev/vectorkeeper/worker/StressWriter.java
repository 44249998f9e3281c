package dev.vectorkeeper.worker;

import dev.vectorkeeper.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.BooleanSupplier;

/**
 * An application's session that changes rows of {@code entries} at random in transactions of
 * several rows, some of them slow, some rolled back. Keys are in order within a transaction, so
 * that writers cannot deadlock among themselves: any error is somebody else's doing.
 */
final class StressWriter implements Runnable {
  /** What a writer counts. */
  enum Count {
    INSERTED,
    UPDATED,
    DELETED,
    INSERTED_AGAIN,
    COMMITTED,
    ROLLED_BACK
  }

  static final int KEYS = 3_000;
  private static final int TEXTS = 4;

  private final TestDatabase test;
  private final Random random;
  private final BooleanSupplier goesOn;
  private final AtomicIntegerArray counts;

  StressWriter(TestDatabase test, long seed, BooleanSupplier goesOn, AtomicIntegerArray counts) {
    this.test = test;
    this.random = new Random(seed);
    this.goesOn = goesOn;
    this.counts = counts;
  }

  @Override
  public void run() {
    try (Connection session = test.session();
        Statement statement = session.createStatement()) {
      session.setAutoCommit(false);
      while (goesOn.getAsBoolean()) {
        transaction(session, statement);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("a writer was hurt", e);
    }
  }

  private void transaction(Connection session, Statement statement) throws SQLException {
    TreeSet<Integer> keys = new TreeSet<>();
    int size = random.nextInt(10) == 0 ? 60 : 1 + random.nextInt(6);
    while (keys.size() < size) {
      keys.add(1 + random.nextInt(KEYS));
    }
    boolean slow = random.nextInt(40) == 0;
    for (int key : keys) {
      change(statement, key);
      if (slow) {
        statement.execute("select pg_sleep(0.03)");
      }
    }
    if (random.nextInt(8) == 0) {
      session.rollback();
      count(Count.ROLLED_BACK, 1);
    } else {
      session.commit();
      count(Count.COMMITTED, 1);
    }
  }

  /** Few texts a key, so that a row often goes back to one that it had before. */
  private void change(Statement statement, int key) throws SQLException {
    String insert = "insert into entries values (%d, '%s') on conflict do nothing";
    String delete = "delete from entries where id = %d".formatted(key);
    switch (random.nextInt(6)) {
      case 0 -> count(Count.INSERTED, statement.executeUpdate(insert.formatted(key, text(key))));
      case 1 -> count(Count.DELETED, statement.executeUpdate(delete));
      case 2 -> {
        statement.executeUpdate(delete);
        count(Count.INSERTED_AGAIN, statement.executeUpdate(insert.formatted(key, text(key))));
      }
      default ->
          count(
              Count.UPDATED,
              statement.executeUpdate(
                  "update entries set body = '%s' where id = %d".formatted(text(key), key)));
    }
  }

  private String text(int key) {
    int version = random.nextInt(TEXTS);
    return version == 0 ? "" : "text " + key + " v" + version;
  }

  private void count(Count what, int rows) {
    counts.addAndGet(what.ordinal(), rows);
  }
}
