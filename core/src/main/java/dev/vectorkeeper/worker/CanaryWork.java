package dev.vectorkeeper.worker;

import dev.vectorkeeper.canary.Canaries;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.profile.Profile;
import dev.vectorkeeper.profile.Providers;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread of a worker that compares the canaries of live collections' profiles when due. */
final class CanaryWork implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CanaryWork.class);
  private static final Duration LOOK_AGAIN = Duration.ofMinutes(1);

  private final Catalog catalog;
  private final Canaries canaries;
  private final Providers providers;
  private final Duration every;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "vectorkeeper-canaries");

  CanaryWork(Database database, Providers providers, Duration every) {
    this.catalog = new Catalog(database.jdbi());
    this.canaries = new Canaries(database.jdbi());
    this.providers = providers;
    this.every = every;
    thread.setDaemon(true);
  }

  void start() {
    if (!every.isZero()) {
      thread.start();
    }
  }

  private void run() {
    do {
      try {
        catalog.liveCollections().stream()
            .map(Collection::profile)
            .distinct()
            .filter(profile -> providers.knows(profile.name()))
            .forEach(this::compareIfDue);
      } catch (RuntimeException e) {
        LOG.warn("The canaries could not be looked at: {}", e.getMessage());
      }
    } while (!isClosed());
  }

  private void compareIfDue(Profile profile) {
    if (closed.getCount() == 0 || !canaries.takeTurn(profile, every)) {
      return;
    }
    try {
      Canaries.Compared compared = canaries.compare(profile, providers.embedder(profile.name()));
      if (!compared.same()) {
        canaries.changed().forEach(sentence -> LOG.warn("VK-W14 {}", sentence));
      }
    } catch (RuntimeException e) {
      LOG.warn("The canaries of {} could not be compared: {}", profile.name(), e.getMessage());
    }
  }

  private boolean isClosed() {
    try {
      return closed.await(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return true;
    }
  }

  @Override
  public void close() {
    closed.countDown();
    thread.interrupt();
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
