package dev.vectorkeeper.testing;

import dev.vectorkeeper.catalog.Catalog;
import dev.vectorkeeper.config.Configuration;
import dev.vectorkeeper.declare.Apply;
import dev.vectorkeeper.profile.ProfileDefinition;
import dev.vectorkeeper.profile.Providers;
import dev.vectorkeeper.profile.Space;
import dev.vectorkeeper.provider.EmbeddingProvider;
import dev.vectorkeeper.worker.Worker;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Sources under several profiles, each with a provider of the test's own, all of 8 dimensions. */
public final class SeveralProfiles {
  private final TestDatabase test;
  private final Providers providers;

  private SeveralProfiles(TestDatabase test, Providers providers) {
    this.test = test;
    this.providers = providers;
  }

  /**
   * Applies sources.
   *
   * @param opened what each profile's provider is when it is first needed; may throw
   * @param sources what stands below {@code sources:}, indented by two
   */
  public static SeveralProfiles apply(
      TestDatabase test, Map<String, Supplier<EmbeddingProvider>> opened, String sources) {
    Configuration configuration = configuration(opened, "sources:\n" + sources);
    Providers providers = providers(configuration, opened);
    Apply apply = new Apply(test.database(), configuration, providers);
    apply.execute(apply.plan());
    return new SeveralProfiles(test, providers);
  }

  /** The providers alone, as another process opens them on a database where all was applied. */
  public static Providers providers(Map<String, Supplier<EmbeddingProvider>> opened) {
    return providers(configuration(opened, ""), opened);
  }

  private static Providers providers(
      Configuration configuration, Map<String, Supplier<EmbeddingProvider>> opened) {
    return new Providers(configuration.profiles(), Map.of("local", new Scripted(opened)));
  }

  private static Configuration configuration(
      Map<String, Supplier<EmbeddingProvider>> opened, String sources) {
    String profiles =
        opened.keySet().stream()
            .sorted()
            .map(name -> "  " + name + ": {provider: local, model: " + name + "}\n")
            .collect(Collectors.joining());
    return Configuration.parse("test.yaml", "profiles:\n" + profiles + sources, Map.of());
  }

  private record Scripted(Map<String, Supplier<EmbeddingProvider>> opened)
      implements Providers.Kind {
    @Override
    public Space space(ProfileDefinition profile) {
      return new Space("local", profile.name(), 8, "", Map.of());
    }

    @Override
    public EmbeddingProvider open(ProfileDefinition profile) {
      return Objects.requireNonNull(opened.get(profile.name())).get();
    }
  }

  /** A worker that is at work until closed. */
  public Worker worker() {
    Worker worker = new Worker(test.database(), providers, Setup.QUICK);
    worker.start();
    return worker;
  }

  public Catalog catalog() {
    return new Catalog(test.database().jdbi());
  }
}
