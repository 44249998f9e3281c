package dev.vectorkeeper.profile;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.provider.Embedder;
import dev.vectorkeeper.provider.EmbeddingProvider;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The providers behind the declared profiles, each opened when it is first needed and once only.
 */
public final class Providers implements AutoCloseable {

  /** One kind of provider, by the name that a profile's {@code provider} gives. */
  public interface Kind {
    /**
     * The space that a profile's vectors lie in, found without loading weights or calling anybody.
     */
    Space space(ProfileDefinition profile);

    /** What a million tokens cost in US dollars, where a price is known. */
    default Optional<BigDecimal> usdPerMillionTokens(ProfileDefinition profile) {
      return Optional.empty();
    }

    /** Where a profile's key comes from, in words that do not tell it; nothing where none is. */
    default Optional<String> keyOrigin(ProfileDefinition profile) {
      return Optional.empty();
    }

    /** A provider that embeds into that space. */
    EmbeddingProvider open(ProfileDefinition profile);
  }

  private final Map<String, ProfileDefinition> profiles;
  private final Map<String, Kind> kinds;
  private final Map<String, Embedder> opened = new LinkedHashMap<>();

  /**
   * Providers for profiles.
   *
   * @param profiles the declared profiles by name
   * @param kinds the known kinds of provider by name
   */
  public Providers(Map<String, ProfileDefinition> profiles, Map<String, Kind> kinds) {
    this.profiles = Map.copyOf(profiles);
    this.kinds = Map.copyOf(kinds);
  }

  /** The space of a declared profile. */
  public Space space(String profile) {
    ProfileDefinition definition = definition(profile);
    return kind(definition).space(definition);
  }

  /** Where a declared profile's key comes from, in words that do not tell it. */
  public Optional<String> keyOrigin(String profile) {
    ProfileDefinition definition = definition(profile);
    return kind(definition).keyOrigin(definition);
  }

  /** Whether the profile is declared, so that something can be embedded under it. */
  public boolean knows(String profile) {
    return profiles.containsKey(profile);
  }

  /** The embedder of a declared profile; opens its provider on first use. */
  public synchronized Embedder embedder(String profile) {
    ProfileDefinition definition = definition(profile);
    return opened.computeIfAbsent(profile, name -> embedder(kind(definition), definition));
  }

  /**
   * The embedder of a profile that is not declared, to be tried; the caller closes its provider.
   */
  public Embedder tried(ProfileDefinition definition) {
    return embedder(kind(definition), definition);
  }

  private static Embedder embedder(Kind kind, ProfileDefinition definition) {
    Optional<BigDecimal> price = kind.usdPerMillionTokens(definition);
    return new Embedder(new ObservedProvider(kind.open(definition), definition, price), price);
  }

  /** A profile as it is declared. */
  public ProfileDefinition declared(String profile) {
    return definition(profile);
  }

  private ProfileDefinition definition(String profile) {
    return Optional.ofNullable(profiles.get(profile))
        .orElseThrow(
            () ->
                new VectorkeeperException(
                    "VK-C04",
                    "The profile \"%s\" is in the catalog but not in the configuration file, so nothing can be embedded under it. Declare it again under profiles."
                        .formatted(profile)));
  }

  private Kind kind(ProfileDefinition profile) {
    return Optional.ofNullable(kinds.get(profile.providers().get(0)))
        .orElseThrow(
            () ->
                new VectorkeeperException(
                    "VK-C05",
                    "The profile \"%s\" names the provider \"%s\", which does not exist; known are %s."
                        .formatted(
                            profile.name(),
                            profile.providers().get(0),
                            String.join(", ", kinds.keySet()))));
  }

  @Override
  public synchronized void close() {
    opened.values().forEach(embedder -> embedder.provider().close());
    opened.clear();
  }
}
