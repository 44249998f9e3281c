package dev.vectorkeeper.postgres;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * Watches, from a session of its own, who holds up another session, so that an error can name them:
 * afterwards nobody could tell.
 */
public final class LockHolders implements AutoCloseable {
  private static final long EVERY_MILLIS = 100;

  private static final String BLOCKING =
      """
      select string_agg(format('process %s of %s%s%s since %s', pid, coalesce(usename, 'the server'),
               case when coalesce(application_name, '') <> '' then ' (' || application_name || ')' end,
               ', ' || state, to_char(coalesce(xact_start, backend_start), 'HH24:MI:SS')), '; ')
      from pg_stat_activity where pid = any (pg_blocking_pids(:pid))
      """;

  private final Jdbi jdbi;
  private final int pid;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "vectorkeeper-lock-holders");
  private volatile @Nullable String seen;

  private LockHolders(Jdbi jdbi, int pid) {
    this.jdbi = jdbi;
    this.pid = pid;
    thread.setDaemon(true);
  }

  /** Begins to watch the session of a handle. */
  public static LockHolders watch(Jdbi jdbi, Handle handle) {
    int pid = handle.createQuery("select pg_backend_pid()").mapTo(Integer.class).one();
    LockHolders holders = new LockHolders(jdbi, pid);
    holders.thread.start();
    return holders;
  }

  private void run() {
    try {
      while (!closed.await(EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
        jdbi.withHandle(
                handle ->
                    handle.createQuery(BLOCKING).bind("pid", pid).mapTo(String.class).findOne())
            .ifPresent(holders -> seen = holders);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (JdbiException e) {
      // what cannot be looked at is not named
    }
  }

  /** Who was last seen to hold the session up. */
  public Optional<String> seen() {
    return Optional.ofNullable(seen);
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
