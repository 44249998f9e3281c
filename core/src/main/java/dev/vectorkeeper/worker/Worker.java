package dev.vectorkeeper.worker;

import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.source.Source;
import dev.vectorkeeper.source.SourceDefinition.Sync;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process that keeps collections in step: it drains change logs, runs each live collection on
 * threads of its own so that no provider's trouble slows another, and takes part in every running
 * backfill. Any number may run on one database.
 */
public final class Worker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

  private final Database database;
  private final Catalog catalog;
  private final Providers providers;
  private final WorkerSettings settings;
  private final Leases leases;
  private final Map<Integer, CollectionRunner> runners = new LinkedHashMap<>();

  /** Runners that were told to stop and may still be at their last batch. */
  private final List<CollectionRunner> leaving = new ArrayList<>();

  /** Why collections could not be taken up, so that it is said once. */
  private final Map<Integer, String> unusable = new HashMap<>();

  private final Dispatcher dispatcher;
  private final DerivedWork derived;
  private final Governor governor;
  private final CanaryWork canaries;
  private boolean closed;

  public Worker(Database database, Providers providers, WorkerSettings settings) {
    this.database = database;
    this.catalog = new Catalog(database.jdbi());
    this.providers = providers;
    this.settings = settings;
    this.leases = new Leases(database, newName(), settings.lease());
    this.dispatcher = new Dispatcher(database, this, leases.worker(), settings);
    this.derived = new DerivedWork(database);
    this.governor = new Governor(database, settings.load());
    this.canaries = new CanaryWork(database, providers, settings.canariesEvery());
  }

  private static String newName() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "localhost";
    }
    return host
        + "/"
        + ProcessHandle.current().pid()
        + "/"
        + UUID.randomUUID().toString().substring(0, 8);
  }

  /** This process, as leases and runs name it. */
  public String name() {
    return leases.worker();
  }

  /** Starts working in threads of its own, unless it was closed already; returns at once. */
  public synchronized void start() {
    if (closed) {
      return;
    }
    catalog.requirePresent();
    refresh();
    dispatcher.start();
    derived.start();
    governor.start();
    canaries.start();
  }

  /**
   * Takes up collections that came and lets go of those that went; returns the sources whose
   * changes are drained.
   */
  synchronized List<Source> refresh() {
    if (closed) {
      return List.of();
    }
    List<Collection> live = catalog.liveCollections();
    runners.values().removeIf(runner -> live.stream().noneMatch(runner::runs) && leave(runner));
    leaving.removeIf(CollectionRunner::isDone);
    for (Collection collection : live) {
      if (!runners.containsKey(collection.id()) && isWorkable(collection)) {
        take(collection);
      }
    }
    runners.values().forEach(CollectionRunner::adapt);
    return live.stream()
        .map(Collection::source)
        .filter(source -> source.sync() == Sync.REALTIME)
        .distinct()
        .toList();
  }

  /** Does not wait for the runner's last batch, which would hold up every other collection. */
  private boolean leave(CollectionRunner runner) {
    runner.stop();
    return leaving.add(runner);
  }

  /** A provider that cannot be opened is tried again at the next refresh. */
  private void take(Collection collection) {
    try {
      runners.put(collection.id(), new CollectionRunner(work(collection)));
      unusable.remove(collection.id());
    } catch (RuntimeException e) {
      String why = String.valueOf(e.getMessage());
      if (!why.equals(unusable.put(collection.id(), why))) {
        LOG.error("{} cannot be worked on and is tried again: {}", collection, why, e);
      }
    }
  }

  private boolean isWorkable(Collection collection) {
    return providers.knows(collection.profile().name()) && collection.profile().paused().isEmpty();
  }

  private CollectionWork work(Collection collection) {
    return new CollectionWork(
        database,
        collection,
        providers.embedder(collection.profile().name()),
        leases,
        governor,
        settings,
        new Share(collection.source().sync() == Sync.REALTIME, true, true, Allowance.unlimited()));
  }

  /** Whether a thread of any collection waits for work. */
  synchronized boolean hasRoom() {
    return runners.values().stream().anyMatch(CollectionRunner::hasRoom);
  }

  /** Tells every collection that there may be work. */
  synchronized void wake() {
    runners.values().forEach(CollectionRunner::wake);
  }

  /**
   * Stops taking work, lets what is under way finish, and gives back what is held; all at the same
   * time, so that it takes no longer with many collections.
   */
  @Override
  public void close() {
    List<Runnable> closing =
        new ArrayList<>(
            List.of(dispatcher::close, derived::close, governor::close, canaries::close));
    synchronized (this) {
      closed = true;
      runners.values().forEach(this::leave);
      runners.clear();
      leaving.forEach(runner -> closing.add(runner::close));
    }
    List<Thread> threads =
        closing.stream().map(one -> new Thread(one, "vectorkeeper-closing")).toList();
    threads.forEach(Thread::start);
    threads.forEach(Worker::join);
    leases.close();
    LOG.debug("worker stopped");
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
