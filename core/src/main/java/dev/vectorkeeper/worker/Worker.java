package dev.vectorkeeper.worker;

import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.source.Source;
import dev.vectorkeeper.source.SourceDefinition.Sync;
import java.net.InetAddress;
import java.net.UnknownHostException;
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
  private final Dispatcher dispatcher;

  public Worker(Database database, Providers providers, WorkerSettings settings) {
    this.database = database;
    this.catalog = new Catalog(database.jdbi());
    this.providers = providers;
    this.settings = settings;
    this.leases = new Leases(database, name(), settings.lease());
    this.dispatcher = new Dispatcher(database, this, leases.worker(), settings);
  }

  private static String name() {
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

  /** Starts working in threads of its own; returns at once. */
  public void start() {
    catalog.requirePresent();
    refresh();
    dispatcher.start();
  }

  /**
   * Takes up collections that came and lets go of those that went; returns the sources whose
   * changes are drained.
   */
  synchronized List<Source> refresh() {
    List<Collection> live = catalog.liveCollections();
    runners
        .values()
        .removeIf(
            runner -> {
              boolean gone = live.stream().noneMatch(runner::runs);
              if (gone) {
                runner.close();
              }
              return gone;
            });
    for (Collection collection : live) {
      if (!runners.containsKey(collection.id()) && isWorkable(collection)) {
        CollectionRunner runner = new CollectionRunner(work(collection));
        runners.put(collection.id(), runner);
      }
    }
    runners.values().forEach(CollectionRunner::adapt);
    return live.stream()
        .map(Collection::source)
        .filter(source -> source.sync() == Sync.REALTIME)
        .distinct()
        .toList();
  }

  private boolean isWorkable(Collection collection) {
    return providers.knows(collection.profile().name()) && collection.profile().paused().isEmpty();
  }

  private CollectionWork work(Collection collection) {
    return new CollectionWork(
        database, collection, providers.embedder(collection.profile().name()), leases, settings);
  }

  /** Tells every collection that there may be work. */
  synchronized void wake() {
    runners.values().forEach(CollectionRunner::wake);
  }

  /** Stops taking work, lets what is under way finish, and gives back what is held. */
  @Override
  public void close() {
    dispatcher.close();
    synchronized (this) {
      runners.values().forEach(CollectionRunner::stop);
      runners.values().forEach(CollectionRunner::close);
      runners.clear();
    }
    leases.close();
    LOG.debug("worker stopped");
  }
}
