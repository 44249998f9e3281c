package dev.vectorkeeper.bench;

import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.config.Configuration;
import dev.vectorkeeper.declare.Apply;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.profile.RemoteKind;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sources that were applied to a measurement's database.
 *
 * @param providers what embeds their rows
 * @param collections their collections, in the order of the sources
 */
record BenchSource(Providers providers, List<Collection> collections) {
  /** The number of components of what the remote service answers. */
  static final int REMOTE_DIMENSIONS = 1_536;

  private static final String REMOTE =
      "{provider: openai, model: text-embedding-3-small, dimensions: %d, api-key: bench, base-url: \"%s\"}";

  /**
   * Applies sources whose one profile is called {@code bench}.
   *
   * @param model the profile's model
   * @param sources what stands below {@code sources:}, indented by two
   */
  static BenchSource apply(Database database, Providers.Kind kind, String model, String sources) {
    return apply(
        database, "{provider: local, model: " + model + "}", Map.of("local", kind), sources);
  }

  /** Applies sources that a service on loopback embeds, by way of the provider for OpenAI. */
  static BenchSource remote(Database database, EmbeddingService service, String sources) {
    return apply(
        database,
        REMOTE.formatted(REMOTE_DIMENSIONS, service.baseUrl()),
        Map.of("openai", new RemoteKind(Map.of(), database::jdbi, Optional.empty())),
        sources);
  }

  private static BenchSource apply(
      Database database, String profile, Map<String, Providers.Kind> kinds, String sources) {
    String yaml = "profiles:\n  bench: " + profile + "\nsources:\n" + sources;
    Configuration configuration = Configuration.parse("bench.yaml", yaml, Map.of());
    Providers providers = new Providers(configuration.profiles(), kinds);
    Apply apply = new Apply(database, configuration, providers);
    apply.execute(apply.plan());
    return new BenchSource(providers, new Catalog(database.jdbi()).liveCollections());
  }

  /** Applies sources whose provider answers at once. */
  static BenchSource apply(Database database, String sources) {
    return apply(database, InstantProvider.kind(), "instant", sources);
  }

  /** The first collection. */
  Collection collection() {
    return collections.get(0);
  }

  /** The statement that forgets all that waits for the first source's rows. */
  String forgetChanges() {
    return "truncate " + collection().source().changeLog().sql() + ", vectorkeeper.claim";
  }
}
