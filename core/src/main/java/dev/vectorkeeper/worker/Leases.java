package dev.vectorkeeper.worker;

import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.queue.KeyBatch;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The batches that this process holds, their leases renewed until each is let go. */
final class Leases implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Leases.class);

  /** A batch that is held until closed. */
  final class Held implements AutoCloseable {
    private final KeyBatch batch;

    private Held(KeyBatch batch) {
      this.batch = batch;
      batches.add(this);
    }

    KeyBatch batch() {
      return batch;
    }

    @Override
    public void close() {
      batches.remove(this);
    }
  }

  private final Database database;
  private final String worker;
  private final Duration lease;
  private final Set<Held> batches = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService renewer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "vectorkeeper-leases");
            thread.setDaemon(true);
            return thread;
          });

  Leases(Database database, String worker, Duration lease) {
    this.database = database;
    this.worker = worker;
    this.lease = lease;
    long third = Math.max(50, lease.toMillis() / 3);
    renewer.scheduleWithFixedDelay(this::renew, third, third, TimeUnit.MILLISECONDS);
  }

  String worker() {
    return worker;
  }

  Held hold(KeyBatch batch) {
    return new Held(batch);
  }

  private void renew() {
    for (Held held : batches) {
      try {
        database.jdbi().useHandle(handle -> held.batch.renew(handle, lease));
      } catch (RuntimeException e) {
        LOG.warn("A lease could not be renewed: {}", e.getMessage());
      }
    }
  }

  @Override
  public void close() {
    renewer.shutdownNow();
  }
}
