package dev.vectorkeeper.bench;

import java.sql.SQLException;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads that do the same beside one another. */
final class Workers {
  private Workers() {}

  /** Does it in so many threads; returns when all have ended. */
  static void run(int count, Turns.Work work) throws SQLException {
    ExecutorService threads = Executors.newFixedThreadPool(count);
    Callable<Boolean> task =
        () -> {
          work.run();
          return true;
        };
    try {
      for (Future<Boolean> done : threads.invokeAll(Collections.nCopies(count, task))) {
        done.get();
      }
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    } finally {
      threads.shutdownNow();
    }
  }
}
