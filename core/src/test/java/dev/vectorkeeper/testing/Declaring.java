package dev.vectorkeeper.testing;

import dev.vectorkeeper.config.Configuration;
import dev.vectorkeeper.declare.Apply;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.profile.ProfileDefinition;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.profile.Space;
import dev.vectorkeeper.provider.EmbeddingProvider;
import dev.vectorkeeper.queue.BatchResult;
import dev.vectorkeeper.worker.Drain;
import java.util.Map;

/**
 * A declaration of sources under the profiles {@code scripted} and {@code other}, for tests in
 * which the declaration changes, is refused, or is made by a role of its own.
 */
public final class Declaring {
  private static final String PROFILES =
      """
      profiles:
        scripted: {provider: local, model: scripted}
        other: {provider: local, model: other}
      sources:
      """;

  private final Configuration configuration;
  private final Providers providers;

  private Declaring(Configuration configuration, Providers providers) {
    this.configuration = configuration;
    this.providers = providers;
  }

  /** What stands below {@code sources:}, indented by two; one provider stands for both profiles. */
  public static Declaring of(EmbeddingProvider provider, String sources) {
    Configuration configuration = Configuration.parse("test.yaml", PROFILES + sources, Map.of());
    return new Declaring(
        configuration,
        new Providers(configuration.profiles(), Map.of("local", new Scripted(provider))));
  }

  private record Scripted(EmbeddingProvider provider) implements Providers.Kind {
    @Override
    public Space space(ProfileDefinition profile) {
      return new Space(
          "local", profile.model().orElse(profile.name()), provider.dimensions(), "", Map.of());
    }

    @Override
    public EmbeddingProvider open(ProfileDefinition profile) {
      return provider;
    }
  }

  public Configuration configuration() {
    return configuration;
  }

  public Providers providers() {
    return providers;
  }

  /** What applying would change. */
  public Apply.Plan plan(Database database) {
    return new Apply(database, configuration, providers).plan();
  }

  /** Plans and applies; returns what was planned. */
  public Apply.Plan apply(Database database) {
    Apply apply = new Apply(database, configuration, providers);
    Apply.Plan plan = apply.plan();
    apply.execute(plan);
    return plan;
  }

  /** Does all that is to be done now. */
  public BatchResult drain(Database database) {
    try (Drain drain = new Drain(database, providers, Setup.QUICK)) {
      return drain.run(new dev.vectorkeeper.catalog.Catalog(database.jdbi()).liveCollections());
    }
  }
}
