package dev.vectorkeeper.bench;

import dev.vectorkeeper.queue.ChangeLog;
import dev.vectorkeeper.queue.Claim;
import dev.vectorkeeper.queue.Claims;
import dev.vectorkeeper.worker.WorkerSettings;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;

/**
 * Changes that do nothing, taken from the change log, claimed and completed by two workers, against
 * as many messages read and deleted by two readers of a queue table.
 */
final class QueueBench {
  private static final int CHANGES = 200_000;
  private static final int ROUNDS = 5;
  private static final int WORKERS = 2;
  private static final double REQUIRED = 1.3;
  private static final int BATCH = WorkerSettings.DEFAULT.batch();

  private static final String SOURCE =
      """
        entries: {table: public.entries, text: "{word}: {gloss}", collections: [bench]}
      """;

  private final BenchDatabase database;
  private final BenchSource source;
  private final MessageQueue other;
  private final int changes;

  private QueueBench(BenchDatabase database, BenchSource source, int changes) {
    this.database = database;
    this.source = source;
    this.other = new MessageQueue(database, BATCH);
    this.changes = changes;
  }

  static List<BenchLine> run(BenchRun run) throws SQLException {
    try (BenchDatabase database = run.database("queue")) {
      database.fill("entries", Glosses.entries(1));
      BenchSource source = BenchSource.apply(database.database(), SOURCE);
      return new QueueBench(database, source, run.rows(CHANGES)).measure(run.rounds(ROUNDS));
    }
  }

  private List<BenchLine> measure(int rounds) throws SQLException {
    other.create();
    Turns turns = Turns.take(rounds, List.of(this::changes, () -> messages()));
    return List.of(
        new BenchLine(
            "queue.claims",
            "%,d changes drained, claimed and completed, %d workers, batches of %d"
                .formatted(changes, WORKERS, BATCH),
            Figures.rate(turns.median(0), "changes"),
            Figures.rate(turns.median(1), "messages") + " (read and delete)",
            turns.ratio(0, 1),
            REQUIRED,
            true));
  }

  private double changes() throws SQLException {
    String log = source.collection().source().changeLog().sql();
    database.sql(
        source.forgetChanges(),
        "insert into " + log + " (k1) select generate_series(1, " + changes + ")",
        "vacuum analyze " + log,
        "vacuum analyze vectorkeeper.claim");
    AtomicInteger left = new AtomicInteger(changes);
    return changes / Turns.seconds(() -> Workers.run(WORKERS, () -> work(left)));
  }

  /** A worker: what is claimed goes before what is logged. */
  private void work(AtomicInteger left) {
    ChangeLog log = new ChangeLog(source.collection().source());
    Claims claims = new Claims(source.collection().id());
    try (Handle handle = database.database().jdbi().open()) {
      while (left.get() > 0) {
        int done = step(handle, claims);
        left.addAndGet(-done);
        if (done == 0 && handle.inTransaction(h -> log.drain(h, BATCH)) == 0) {
          Thread.yield();
        }
      }
    }
  }

  private static int step(Handle handle, Claims claims) {
    Optional<Claim> claim =
        handle.inTransaction(h -> claims.claim(h, "bench", BATCH, WorkerSettings.DEFAULT.lease()));
    claim.ifPresent(held -> handle.useTransaction(h -> claims.complete(h, held)));
    return claim.map(held -> held.keys().size()).orElse(0);
  }

  private double messages() throws SQLException {
    other.fill(changes);
    AtomicInteger left = new AtomicInteger(changes);
    return changes / Turns.seconds(() -> Workers.run(WORKERS, () -> other.work(left)));
  }
}
