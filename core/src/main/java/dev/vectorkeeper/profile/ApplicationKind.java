package dev.vectorkeeper.profile;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.provider.EmbeddingProvider;
import java.util.Map;
import java.util.Optional;

/**
 * Profiles with {@code provider: application}: whatever the application that embeds Vectorkeeper
 * handed in.
 */
public final class ApplicationKind implements Providers.Kind {
  private final Map<String, EmbeddingProvider> given;

  /**
   * Providers that were handed in.
   *
   * @param given a provider by its profile's name
   */
  public ApplicationKind(Map<String, EmbeddingProvider> given) {
    this.given = Map.copyOf(given);
  }

  @Override
  public Space space(ProfileDefinition profile) {
    return new Space(
        "application",
        profile.model().orElse(profile.name()),
        open(profile).dimensions(),
        profile.option("task").orElse(""),
        Map.of("query task", profile.option("query-task").orElse("")));
  }

  @Override
  public EmbeddingProvider open(ProfileDefinition profile) {
    return Optional.ofNullable(given.get(profile.name()))
        .orElseThrow(
            () ->
                new VectorkeeperException(
                    "VK-C08",
                    "The profile %s is the application's own, and no provider was handed in for it."
                        .formatted(profile.name())));
  }
}
