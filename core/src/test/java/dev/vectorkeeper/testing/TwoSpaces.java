package dev.vectorkeeper.testing;

import dev.vectorkeeper.activation.Activation;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.config.Configuration;
import dev.vectorkeeper.declare.Apply;
import dev.vectorkeeper.migrate.MigrationListener;
import dev.vectorkeeper.migrate.Migrator;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.profile.ProfileDefinition;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.profile.Space;
import dev.vectorkeeper.provider.EmbeddingProvider;
import dev.vectorkeeper.queue.BatchResult;
import dev.vectorkeeper.worker.Drain;
import dev.vectorkeeper.worker.Worker;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/**
 * Sources under the profiles {@code old} and {@code new}, whose spaces differ, each with a provider
 * of the test's own.
 */
public final class TwoSpaces {
  private static final String PROFILES =
      """
      profiles:
        old: {provider: local, model: old}
        new: {provider: local, model: new}
      sources:
      """;

  private final Database database;
  private final Map<String, EmbeddingProvider> opened;

  public TwoSpaces(TestDatabase test, EmbeddingProvider old, EmbeddingProvider other) {
    this(test.database(), old, other);
  }

  /** With the sessions of a role that the test made. */
  public TwoSpaces(Database database, EmbeddingProvider old, EmbeddingProvider other) {
    this.database = database;
    this.opened = Map.of("old", old, "new", other);
  }

  /** A worker of another process on a database where all was applied; not started yet. */
  public static Worker worker(Database database, EmbeddingProvider old, EmbeddingProvider other) {
    return new Worker(
        database,
        providers(Map.of("old", old, "new", other)),
        Setup.QUICK.withLease(Duration.ofSeconds(1)));
  }

  private record Kind(Map<String, EmbeddingProvider> opened) implements Providers.Kind {
    @Override
    public Space space(ProfileDefinition profile) {
      EmbeddingProvider provider = open(profile);
      return new Space("local", profile.name(), provider.dimensions(), "", Map.of());
    }

    @Override
    public EmbeddingProvider open(ProfileDefinition profile) {
      return Objects.requireNonNull(opened.get(profile.name()));
    }
  }

  private static Configuration configuration(String sources) {
    return Configuration.parse("test.yaml", PROFILES + sources, Map.of());
  }

  private Providers providers() {
    return providers(opened);
  }

  private static Providers providers(Map<String, EmbeddingProvider> opened) {
    return new Providers(configuration("").profiles(), Map.of("local", new Kind(opened)));
  }

  /**
   * Applies what stands below {@code sources:}, indented by two, and after that.
   *
   * @return what was planned
   */
  public Apply.Plan apply(String sources) {
    Apply apply = new Apply(database, configuration(sources), providers());
    Apply.Plan plan = apply.plan();
    apply.execute(plan);
    return plan;
  }

  /** Does all that is to be done now. */
  public BatchResult drain() {
    try (Drain drain = new Drain(database, providers(), Setup.QUICK)) {
      return drain.run(new Catalog(database.jdbi()).liveCollections());
    }
  }

  /** A worker that is at work until closed. */
  public Worker worker() {
    Worker worker = new Worker(database, providers(), Setup.QUICK);
    worker.start();
    return worker;
  }

  /** What migrates a source that is declared so. */
  public Migrator migrator(String sources, MigrationListener listener) {
    return migrator(database, sources, opened, listener);
  }

  /** The same in another process on a database where all was applied. */
  public static Migrator migrator(
      Database database,
      String sources,
      Map<String, EmbeddingProvider> opened,
      MigrationListener listener) {
    return new Migrator(database, configuration(sources), providers(opened), Setup.QUICK, listener);
  }

  public Activation activation() {
    return new Activation(database);
  }
}
