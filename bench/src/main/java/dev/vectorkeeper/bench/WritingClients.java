package dev.vectorkeeper.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients of an application, each with a session of its own, that insert a row or change the text
 * of one in turns, each in its own transaction, for a time.
 */
final class WritingClients implements AutoCloseable {
  private static final AtomicLong NEXT_ID = new AtomicLong(1_000_000_000);

  private final int rows;
  private final ExecutorService threads;
  private final List<Client> clients = new ArrayList<>();

  /**
   * Clients of one table.
   *
   * @param rows the table's ids, from 1, that are changed
   */
  WritingClients(BenchDatabase database, String table, int rows, int count) throws SQLException {
    this.rows = rows;
    this.threads = Executors.newFixedThreadPool(count);
    for (int i = 0; i < count; i++) {
      clients.add(new Client(database.session(), table));
    }
  }

  /** Lets all of them write for so long; gives their transactions a second, all together. */
  double write(double seconds) {
    long until = System.nanoTime() + (long) (seconds * TimeUnit.SECONDS.toNanos(1));
    List<Callable<Integer>> tasks = new ArrayList<>();
    clients.forEach(client -> tasks.add(() -> client.write(until)));
    try {
      long committed = 0;
      for (Future<Integer> client : threads.invokeAll(tasks)) {
        committed += client.get();
      }
      return committed / seconds;
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
    private final PreparedStatement insert;
    private final PreparedStatement update;

    Client(Connection session, String table) throws SQLException {
      this.session = session;
      this.insert =
          session.prepareStatement(
              "insert into " + table + " (id, word, gloss) values (?, 'new', 'a new gloss')");
      this.update = session.prepareStatement("update " + table + " set gloss = ? where id = ?");
    }

    int write(long until) throws SQLException {
      int committed = 0;
      while (System.nanoTime() < until) {
        long number = NEXT_ID.getAndIncrement();
        if (committed % 2 == 0) {
          insert.setLong(1, number);
          insert.executeUpdate();
        } else {
          update.setString(1, "a gloss that was changed at " + number);
          update.setLong(2, 1 + ThreadLocalRandom.current().nextInt(rows));
          update.executeUpdate();
        }
        committed++;
      }
      return committed;
    }
  }
}
