package dev.vectorkeeper.bench;

import dev.vectorkeeper.backfill.Backfills;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.DatabaseUrl;
import dev.vectorkeeper.worker.Drain;
import dev.vectorkeeper.worker.WorkerSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A process that backfills one source and prints the most memory in kB that it took, as Linux tells
 * it. It reads the database's address, user and password and the source from its input.
 */
final class BackfillProcess {
  private BackfillProcess() {}

  public static void main(String[] arguments) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    DatabaseUrl url = DatabaseUrl.of(in.readLine(), in.readLine(), in.readLine());
    try (Database database = Database.open(url, 8)) {
      BenchSource source = BenchSource.apply(database, "  " + in.readLine() + "\n");
      database.jdbi().useTransaction(new Backfills(source.collection())::start);
      try (Drain drain = new Drain(database, source.providers(), WorkerSettings.DEFAULT)) {
        drain.run(source.collections());
      }
    }
    System.out.println(
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("VmHWM:"))
            .map(line -> line.replaceAll("\\D", ""))
            .findFirst()
            .orElseThrow());
  }
}
