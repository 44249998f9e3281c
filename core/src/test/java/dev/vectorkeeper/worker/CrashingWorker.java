package dev.vectorkeeper.worker;

import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.DatabaseUrl;
import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.Setup;
import dev.vectorkeeper.testing.SeveralProfiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * A process with a worker in it that is there to be killed. It reads the database's address, its
 * user and password and a number from its input; it tells on its output which texts its provider
 * answered, and that it stands before the request of that number for ever.
 */
public final class CrashingWorker {
  static final Duration LEASE = Duration.ofMillis(1_000);

  private CrashingWorker() {}

  /** Works until it is killed. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    DatabaseUrl url = DatabaseUrl.of(in.readLine(), in.readLine(), in.readLine());
    int standAt = Integer.parseInt(in.readLine());
    ScriptedProvider provider = new ScriptedProvider(8, 100).concurrency(1);
    provider.before(texts -> tell(texts, provider.requests() == standAt));
    try (Database database = Database.open(url, 8);
        Worker worker =
            new Worker(
                database,
                SeveralProfiles.providers(Map.of("scripted", () -> provider)),
                Setup.QUICK.withLease(LEASE))) {
      worker.start();
      new CountDownLatch(1).await();
    }
  }

  private static void tell(List<String> texts, boolean stand) {
    PrintStream out = System.out;
    if (stand) {
      out.println("standing");
      out.flush();
      forEver();
    }
    texts.forEach(text -> out.println("answered " + text));
    out.flush();
  }

  private static void forEver() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
