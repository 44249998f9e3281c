package dev.vectorkeeper.testing;

import dev.vectorkeeper.backfill.Backfills;
import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.config.Configuration;
import dev.vectorkeeper.declare.Apply;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.profile.ProfileDefinition;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.profile.Space;
import dev.vectorkeeper.provider.EmbeddingProvider;
import dev.vectorkeeper.queue.BatchResult;
import dev.vectorkeeper.worker.Drain;
import dev.vectorkeeper.worker.Worker;
import dev.vectorkeeper.worker.WorkerSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A source under a scripted provider in a test's database, with what a test does to it. */
public final class Setup {
  public static final WorkerSettings QUICK =
      WorkerSettings.DEFAULT
          .withRetryBase(Duration.ofMillis(20))
          .withLease(Duration.ofSeconds(20))
          .withCanariesEvery(Duration.ZERO);

  private final TestDatabase test;
  private final Configuration configuration;
  private final Providers providers;

  private Setup(TestDatabase test, Configuration configuration, Providers providers) {
    this.test = test;
    this.configuration = configuration;
    this.providers = providers;
  }

  /**
   * Applies the sources of a configuration whose one profile is called {@code scripted}.
   *
   * @param sources what stands below {@code sources:}, indented by two
   */
  public static Setup apply(TestDatabase test, EmbeddingProvider provider, String sources) {
    String yaml = "profiles:\n  scripted: {provider: local, model: scripted}\nsources:\n" + sources;
    Configuration configuration = Configuration.parse("test.yaml", yaml, Map.of());
    Setup setup = new Setup(test, configuration, providers(configuration, provider));
    setup.apply();
    return setup;
  }

  private static Providers providers(Configuration configuration, EmbeddingProvider provider) {
    Providers.Kind kind =
        new Providers.Kind() {
          @Override
          public Space space(ProfileDefinition profile) {
            return new Space(
                "local", profile.model().orElseThrow(), provider.dimensions(), "", Map.of());
          }

          @Override
          public EmbeddingProvider open(ProfileDefinition profile) {
            return provider;
          }
        };
    return new Providers(configuration.profiles(), Map.of("local", kind));
  }

  /** Applies again; returns what changed. */
  public List<String> apply() {
    Apply apply = new Apply(test.database(), configuration, providers);
    Apply.Plan plan = apply.plan();
    apply.execute(plan);
    return plan.changes();
  }

  public Providers providers() {
    return providers;
  }

  public List<Collection> collections() {
    return new Catalog(test.database().jdbi()).liveCollections();
  }

  public Collection collection() {
    return collections().get(0);
  }

  /** Does all that is to be done now. */
  public BatchResult drain() {
    try (Drain drain = new Drain(test.database(), providers, QUICK)) {
      return drain.run(collections());
    }
  }

  /** Looks at all rows again. */
  public BatchResult backfill() {
    test.database()
        .jdbi()
        .useTransaction(handle -> collections().forEach(c -> new Backfills(c).start(handle)));
    return drain();
  }

  /** A worker that is at work until closed. */
  public Worker worker() {
    return worker(test.database());
  }

  public Worker worker(Database database) {
    Worker worker = new Worker(database, providers, QUICK);
    worker.start();
    return worker;
  }

  /** Differences between what is stored and what should be: missing, stale and orphaned keys. */
  public List<String> differences() {
    Collection collection = collection();
    String key =
        collection.source().keys().columns().size() == 1
            ? collection.source().keys().columns().get(0).target()
            : null;
    String sql =
        "select coalesce(s.k1::text, c.\""
            + key
            + "\"::text) || case when c.\""
            + key
            + "\" is null then ' missing' when s.content_hash is null then ' orphan' else ' stale' end"
            + " from (select * from "
            + collection.source().content().sql()
            + " where content_hash is not null) s"
            + " full join "
            + collection.table().sql()
            + " c on c.\""
            + key
            + "\" = s.k1"
            + " where s.content_hash is distinct from c.content_hash";
    return test.column(sql);
  }

  /** Everything that waits: logged changes, claims and retries. */
  public long waiting() {
    return test.number(
        "select (select count(*) from "
            + collection().source().changeLog().sql()
            + ")"
            + " + (select count(*) from vectorkeeper.claim) + (select count(*) from vectorkeeper.retry)");
  }
}
