package dev.vectorkeeper.profile;

import dev.vectorkeeper.provider.EmbeddingProvider;
import dev.vectorkeeper.provider.local.LocalModel;
import dev.vectorkeeper.provider.local.LocalProvider;
import dev.vectorkeeper.provider.local.LocalRuntime;
import dev.vectorkeeper.provider.local.Pooling;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Profiles with {@code provider: local}: a bundled model, or a directory with one, in this process.
 */
public final class LocalKind implements Providers.Kind {
  private final Path cacheDirectory;

  /**
   * Local models.
   *
   * @param cacheDirectory where native libraries are unpacked
   */
  public LocalKind(Path cacheDirectory) {
    this.cacheDirectory = cacheDirectory;
  }

  @Override
  public Space space(ProfileDefinition profile) {
    LocalModel model = model(profile);
    int dimensions = model.dimensions().orElseGet(() -> dimensionsOf(profile));
    return new Space("local", model.name(), dimensions, "", model.shape());
  }

  /** Nobody is paid for what runs in the process. */
  @Override
  public Optional<BigDecimal> usdPerMillionTokens(ProfileDefinition profile) {
    return Optional.of(BigDecimal.ZERO);
  }

  private int dimensionsOf(ProfileDefinition profile) {
    try (EmbeddingProvider provider = open(profile)) {
      return provider.dimensions();
    }
  }

  @Override
  public EmbeddingProvider open(ProfileDefinition profile) {
    return LocalProvider.open(model(profile), LocalRuntime.in(cacheDirectory));
  }

  private static LocalModel model(ProfileDefinition profile) {
    LocalModel model = LocalModel.of(profile.model().orElseThrow());
    if (profile.option("pooling").isPresent()) {
      model =
          model.withPooling(
              Pooling.valueOf(profile.option("pooling").get().toUpperCase(Locale.ROOT)));
    }
    if (profile.option("normalize").isPresent()) {
      model = model.withNormalise(Boolean.parseBoolean(profile.option("normalize").get()));
    }
    if (profile.option("max-tokens").isPresent()) {
      model = model.withMaxTokens(Integer.parseInt(profile.option("max-tokens").get()));
    }
    return model.withPrefixes(
        profile.option("document-prefix").orElse(model.documentPrefix()),
        profile.option("query-prefix").orElse(model.queryPrefix()));
  }
}
