package dev.vectorkeeper.app.terminal;

import dev.vectorkeeper.backfill.Backfills;
import dev.vectorkeeper.backfill.Progress;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.status.Status;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Draws the progress of running backfills until closed. */
public final class BackfillWatch implements AutoCloseable {
  private static final long EVERY_MILLIS = 200;

  private final Database database;
  private final List<Collection> collections;
  private final PrintWriter out;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread = new Thread(this::watch, "vectorkeeper-progress");

  private BackfillWatch(Database database, List<Collection> collections, PrintWriter out) {
    this.database = database;
    this.collections = collections;
    this.out = out;
    thread.setDaemon(true);
  }

  /** Begins to draw, unless nobody wants to see it. */
  public static BackfillWatch start(
      Database database, List<Collection> collections, PrintWriter out, boolean visible) {
    BackfillWatch watch = new BackfillWatch(database, collections, out);
    if (visible) {
      watch.thread.start();
    } else {
      watch.closed.countDown();
    }
    return watch;
  }

  private void watch() {
    boolean terminal = System.console() != null;
    for (Collection collection : collections) {
      ProgressLine line = new ProgressLine(out, terminal, collection.toString());
      Optional<Progress> progress = progress(collection);
      while (progress.isPresent() && progress.get().isRunning() && !isClosed()) {
        line.show(progress.get());
        progress = progress(collection);
      }
      progress(collection).ifPresent(line::end);
    }
    watchIndexes(terminal);
  }

  private void watchIndexes(boolean terminal) {
    Status status = new Status(database);
    while (!isClosed()) {
      for (Collection collection : collections) {
        status
            .indexBuilt(collection)
            .ifPresent(
                share -> new ProgressLine(out, terminal, collection.toString()).index(share));
      }
    }
  }

  private Optional<Progress> progress(Collection collection) {
    return database.jdbi().withHandle(new Backfills(collection)::progress);
  }

  private boolean isClosed() {
    try {
      return closed.await(EVERY_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
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
