package dev.vectorkeeper.profile;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.provider.EmbeddingProvider;
import dev.vectorkeeper.provider.RequestLimits;
import dev.vectorkeeper.provider.Secret;
import dev.vectorkeeper.provider.remote.Prices;
import dev.vectorkeeper.provider.remote.RemoteModel;
import dev.vectorkeeper.provider.remote.RemoteProvider;
import dev.vectorkeeper.provider.remote.RemoteSettings;
import dev.vectorkeeper.provider.remote.RemoteSettingsBuilder;
import dev.vectorkeeper.provider.remote.Timeouts;
import dev.vectorkeeper.provider.remote.Truncate;
import dev.vectorkeeper.provider.remote.Vendor;
import dev.vectorkeeper.provider.remote.Vendors;
import dev.vectorkeeper.quota.FleetLimit;
import dev.vectorkeeper.quota.LimitedProvider;
import dev.vectorkeeper.secret.Secrets;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;

/**
 * Profiles that a remote service embeds. Of several routes to a model the first whose key is set is
 * taken.
 */
public final class RemoteKind implements Providers.Kind {
  private final Map<String, String> environment;
  private final Supplier<Jdbi> jdbi;
  private final Secrets secrets;
  private final Prices prices;

  /**
   * Remote services.
   *
   * @param environment where keys and addresses come from that the file does not name
   * @param jdbi the database, for secrets and limits that lie there
   * @param prices a file whose prices go before the bundled ones
   */
  public RemoteKind(Map<String, String> environment, Supplier<Jdbi> jdbi, Optional<Path> prices) {
    this.environment = Map.copyOf(environment);
    this.jdbi = jdbi;
    this.secrets = new Secrets(jdbi, environment);
    this.prices = prices.map(Prices.bundled()::overriddenBy).orElseGet(Prices::bundled);
  }

  @Override
  public Space space(ProfileDefinition profile) {
    RemoteModel model = settings(profile, false).model();
    Map<String, String> shape = new TreeMap<>();
    shape.put("query task", Objects.toString(model.queries().taskName(), ""));
    shape.put("document prefix", model.documents().prefix());
    shape.put("query prefix", model.queries().prefix());
    shape.put("truncate", model.truncate().name().toLowerCase(Locale.ROOT));
    shape.put("normalise", Boolean.toString(model.normalise()));
    return new Space(
        vendor(profile).name(),
        model.name(),
        model.dimensions().count(),
        Objects.toString(model.documents().taskName(), ""),
        shape);
  }

  @Override
  public Optional<BigDecimal> usdPerMillionTokens(ProfileDefinition profile) {
    return prices.perMillionTokens(vendor(profile).name(), settings(profile, false).model().name());
  }

  @Override
  public EmbeddingProvider open(ProfileDefinition profile) {
    RemoteProvider provider = RemoteProvider.open(settings(profile, true));
    Optional<FleetLimit> requests = limit(profile, "requests-per-minute", FleetLimit.Kind.REQUESTS);
    Optional<FleetLimit> tokens = limit(profile, "tokens-per-minute", FleetLimit.Kind.TOKENS);
    return requests.isEmpty() && tokens.isEmpty()
        ? provider
        : new LimitedProvider(provider, requests, tokens);
  }

  private Optional<FleetLimit> limit(
      ProfileDefinition profile, String option, FleetLimit.Kind kind) {
    return profile
        .number(option)
        .map(rate -> new FleetLimit(jdbi.get(), profile.name(), kind, rate));
  }

  private Vendor vendor(ProfileDefinition profile) {
    List<Vendor> routes = profile.providers().stream().map(Vendors::named).toList();
    return routes.stream()
        .filter(route -> hasKey(profile, route))
        .findFirst()
        .orElse(routes.get(0));
  }

  private boolean hasKey(ProfileDefinition profile, Vendor route) {
    return !route.needsKey()
        || profile.keyOf(route.name()).isPresent()
        || Vendors.keyOf(route, environment::get).isPresent();
  }

  private RemoteSettings settings(ProfileDefinition profile, boolean withKey) {
    Vendor vendor = vendor(profile);
    String model =
        profile
            .model()
            .or(() -> variable(vendor.variables().model()))
            .orElseThrow(
                () ->
                    new VectorkeeperException(
                        "VK-C07",
                        "The profile %s names no model; set model, or %s."
                            .formatted(profile.name(), vendor.variables().model().get(0))));
    try {
      RemoteSettingsBuilder builder = RemoteSettings.of(vendor.name(), model);
      space(builder, profile, vendor);
      route(builder, profile, vendor);
      if (withKey) {
        Optional<Secret> key = key(profile, vendor);
        if (key.isEmpty() && needsKey(profile, vendor)) {
          throw new VectorkeeperException(
              "VK-K06",
              "The key of the profile %s is not set; set %s."
                  .formatted(profile.name(), vendor.variables().apiKey().get(0)));
        }
        builder.apiKey(key.orElse(null));
      }
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw new VectorkeeperException(
          "VK-C07", "The profile %s cannot work: %s.".formatted(profile.name(), e.getMessage()), e);
    }
  }

  private void space(RemoteSettingsBuilder builder, ProfileDefinition profile, Vendor vendor) {
    builder.dimensions(
        profile
            .number("dimensions")
            .or(
                () ->
                    variable(vendor.variables().dimensions())
                        .map(text -> Integer.parseInt(text.trim())))
            .orElse(null));
    builder.task(profile.option("task").orElse(null));
    builder.queryTask(profile.option("query-task").orElse(null));
    profile.option("document-prefix").ifPresent(builder::documentPrefix);
    profile.option("query-prefix").ifPresent(builder::queryPrefix);
    profile.option("normalize").ifPresent(flag -> builder.normalise(Boolean.parseBoolean(flag)));
    profile
        .option("truncate")
        .ifPresent(policy -> builder.truncate(Truncate.valueOf(policy.toUpperCase(Locale.ROOT))));
  }

  private void route(RemoteSettingsBuilder builder, ProfileDefinition profile, Vendor vendor) {
    builder.baseUrl(
        profile.option("base-url").or(() -> variable(vendor.variables().baseUrl())).orElse(null));
    builder.proxy(profile.option("proxy").orElse(null));
    profile.headers().forEach(builder::header);
    profile.number("concurrency").ifPresent(builder::maxConcurrency);
    Timeouts usual = Timeouts.DEFAULTS;
    builder.timeouts(
        new Timeouts(
            usual.connect(),
            profile.number("timeout-seconds").map(Duration::ofSeconds).orElse(usual.request()),
            profile.number("query-timeout-seconds").map(Duration::ofSeconds).orElse(usual.query()),
            usual.patience()));
    RequestLimits own = vendor.limits(profile.model().orElse(""));
    if (profile.number("max-inputs").isPresent()
        || profile.number("max-request-tokens").isPresent()
        || profile.number("max-tokens").isPresent()) {
      builder.limits(
          new RequestLimits(
              profile.number("max-inputs").orElse(own.maxInputs()),
              profile.number("max-request-tokens").orElse(own.maxTokens()),
              profile.number("max-tokens").orElse(own.maxTokensPerInput())));
    }
  }

  /** A server that somebody else runs at another address may do without, unless one is declared. */
  private boolean needsKey(ProfileDefinition profile, Vendor vendor) {
    boolean declared =
        profile.option("api-key." + vendor.name()).or(() -> profile.option("api-key")).isPresent();
    return vendor.needsKey() && (declared || !isElsewhere(profile, vendor));
  }

  private boolean isElsewhere(ProfileDefinition profile, Vendor vendor) {
    return profile.option("base-url").or(() -> variable(vendor.variables().baseUrl())).isPresent();
  }

  private Optional<Secret> key(ProfileDefinition profile, Vendor vendor) {
    return profile
        .keyOf(vendor.name())
        .map(secrets::resolve)
        .or(() -> Vendors.keyOf(vendor, environment::get));
  }

  @Override
  public Optional<String> keyOrigin(ProfileDefinition profile) {
    Optional<String> named = profile.option("api-key").filter(text -> !text.isBlank());
    return named.isPresent()
        ? named.map(Secrets::origin)
        : Vendors.keyVariable(vendor(profile), environment::get);
  }

  private Optional<String> variable(List<String> names) {
    return names.stream()
        .map(environment::get)
        .filter(Objects::nonNull)
        .filter(text -> !text.isBlank())
        .findFirst();
  }
}
