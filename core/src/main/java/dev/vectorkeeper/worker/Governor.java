package dev.vectorkeeper.worker;

import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.LoadLimits;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.queue.KeyBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Slows backfills down while the database is under more load than the user allows: every second
 * that a limit is passed halves their pace, every second that none is lets it grow by a tenth. Of
 * what they embedded a few batches are written at a time, because adding to a vector index keeps a
 * core of the server busy. Live changes are never slowed.
 */
final class Governor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Governor.class);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
  private static final double SLOWEST = 0.02;
  private static final double GROWTH = 0.1;
  private static final Duration LONGEST_REST = Duration.ofSeconds(20);

  private static final String LAG =
      "select coalesce(max(extract(epoch from replay_lag)), 0)::double precision from pg_stat_replication";

  private static final String SESSIONS =
      """
      select count(*) from pg_stat_activity
      where state = 'active' and backend_type = 'client backend' and datname = current_database()
        and application_name <> 'vectorkeeper' and pid <> pg_backend_pid()
      """;

  private static final String SEES =
      "select pg_has_role(current_user, 'pg_read_all_stats', 'usage')";

  private static final String BEAT = "update vectorkeeper.heartbeat set at = clock_timestamp()";

  private static final String SAY =
      "update vectorkeeper.backfill set slowed_why = :why where state = 'running' and slowed_why is distinct from :why";

  private final Database database;
  private final LoadLimits limits;
  private final Semaphore writes;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "vectorkeeper-governor");
  private volatile double pace = 1;
  private @Nullable String said;

  Governor(Database database, LoadLimits limits) {
    this.database = database;
    this.limits = limits;
    this.writes = new Semaphore(limits.concurrentWrites());
    thread.setDaemon(true);
  }

  /** Begins to look, if there is any limit. */
  void start() {
    if (limits.looks()) {
      blindness().ifPresent(LOG::warn);
      thread.start();
    }
  }

  /** Why some of the limits cannot be looked at; PostgreSQL hides others' activity by default. */
  Optional<String> blindness() {
    boolean looks = limits.replicationLag().isPresent() || limits.activeSessions().isPresent();
    if (!looks || database.jdbi().withHandle(h -> h.createQuery(SEES).mapTo(Boolean.class).one())) {
      return Optional.empty();
    }
    return Optional.of(
        "The role %s may not see replicas and other sessions, so the governor does not heed them. Run: grant pg_read_all_stats to %s;"
            .formatted(database.server().role(), SqlName.quote(database.server().role())));
  }

  /** Writes what came of a batch, in its turn where it is of a backfill. */
  void write(KeyBatch batch, Runnable write) {
    if (!batch.isBackfill()) {
      write.run();
      return;
    }
    writes.acquireUninterruptibly();
    try {
      write.run();
    } finally {
      writes.release();
    }
  }

  /** Rests after a piece of a backfill for as long as the pace asks. */
  void rest(Duration worked) {
    double seconds = worked.toNanos() / 1e9 * (1 / pace - 1);
    long millis = (long) Math.min(LONGEST_REST.toMillis(), seconds * 1_000);
    if (millis > 0) {
      isClosed(millis);
    }
  }

  private void run() {
    while (!isClosed(LOOK_AGAIN.toMillis())) {
      try {
        take(passed());
      } catch (JdbiException e) {
        LOG.warn("The load of the database could not be read: {}", e.getMessage());
      }
    }
  }

  /** A sentence for each limit that is passed. */
  private List<String> passed() {
    List<String> passed = new ArrayList<>();
    limits.replicationLag().ifPresent(limit -> lag(limit, passed));
    limits.activeSessions().ifPresent(limit -> sessions(limit, passed));
    limits.writeLatency().ifPresent(limit -> latency(limit, passed));
    return passed;
  }

  private void lag(Duration limit, List<String> passed) {
    double seconds = database.jdbi().withHandle(h -> h.createQuery(LAG).mapTo(Double.class).one());
    if (seconds * 1_000 > limit.toMillis()) {
      passed.add(
          "a replica is %.1f s behind, more than %.1f s"
              .formatted(seconds, limit.toMillis() / 1e3));
    }
  }

  private void sessions(int limit, List<String> passed) {
    int active =
        database.jdbi().withHandle(h -> h.createQuery(SESSIONS).mapTo(Integer.class).one());
    if (active > limit) {
      passed.add("%d sessions are at work, more than %d".formatted(active, limit));
    }
  }

  private void latency(Duration limit, List<String> passed) {
    long start = System.nanoTime();
    database.jdbi().useHandle(handle -> handle.execute(BEAT));
    long millis = (System.nanoTime() - start) / 1_000_000;
    if (millis > limit.toMillis()) {
      passed.add("a small write took %d ms, more than %d ms".formatted(millis, limit.toMillis()));
    }
  }

  private void take(List<String> passed) {
    pace = passed.isEmpty() ? Math.min(1, pace + GROWTH) : Math.max(SLOWEST, pace / 2);
    String why = pace >= 1 ? null : passed.isEmpty() ? said : String.join("; ", passed);
    if (why == null && said != null) {
      LOG.info("Backfills go at full pace again.");
    } else if (why != null && said == null) {
      LOG.info("Backfills are slowed down: {}.", why);
    }
    if (why != null || said != null) {
      database.jdbi().useHandle(handle -> handle.createUpdate(SAY).bind("why", why).execute());
    }
    said = why;
  }

  private boolean isClosed(long millis) {
    try {
      return closed.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      thread.join(2_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
