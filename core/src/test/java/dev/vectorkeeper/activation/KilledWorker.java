package dev.vectorkeeper.activation;

import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.DatabaseUrl;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.TwoSpaces;
import dev.vectorkeeper.worker.Worker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/**
 * A process with a worker for two spaces in it that is there to be killed. It reads the database's
 * address, its user and password from its input.
 */
final class KilledWorker {
  private KilledWorker() {}

  static ScriptedProvider provider(String space, int dimensions) {
    return new ScriptedProvider(dimensions, 100, space)
        .before(texts -> LockSupport.parkNanos(2_000_000))
        .concurrency(1);
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    DatabaseUrl url = DatabaseUrl.of(in.readLine(), in.readLine(), in.readLine());
    try (Database database = Database.open(url, 8);
        Worker worker = TwoSpaces.worker(database, provider("old", 64), provider("new", 96))) {
      worker.start();
      new CountDownLatch(1).await();
    }
  }
}
