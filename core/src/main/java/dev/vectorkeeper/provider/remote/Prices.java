package dev.vectorkeeper.provider.remote;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Dated prices of embedding, in US dollars a million tokens, by vendor and model. Those that come
 * with the program stand in {@code prices.yaml}; a user's file of the same form goes before them.
 * An unknown price is unknown, never zero.
 */
public final class Prices {
  private static final String BUNDLED = "/dev/vectorkeeper/provider/prices.yaml";
  private static final String ANY_MODEL = "*";
  private static final BigDecimal MILLION = BigDecimal.valueOf(1_000_000);

  private final String asOf;
  private final Map<String, Map<String, BigDecimal>> prices;

  private Prices(String asOf, Map<String, Map<String, BigDecimal>> prices) {
    this.asOf = asOf;
    this.prices = prices;
  }

  /** The prices that come with the program. */
  public static Prices bundled() {
    try (InputStream yaml = Prices.class.getResourceAsStream(BUNDLED)) {
      if (yaml == null) {
        throw new IllegalStateException(BUNDLED + " is not on the class path");
      }
      return parse(new Load(settings()).loadFromInputStream(yaml), BUNDLED);
    } catch (IOException e) {
      throw new IllegalStateException(BUNDLED + " cannot be read", e);
    }
  }

  /**
   * These prices with those of a user's file before them.
   *
   * @throws IllegalArgumentException when the file cannot be read or has another form
   */
  public Prices overriddenBy(Path file) {
    Prices own;
    try (InputStream yaml = Files.newInputStream(file)) {
      own = parse(new Load(settings()).loadFromInputStream(yaml), file.toString());
    } catch (IOException | YamlEngineException e) {
      throw new IllegalArgumentException(
          "the prices in %s cannot be read: %s".formatted(file, e.getMessage()), e);
    }
    Map<String, Map<String, BigDecimal>> merged = new LinkedHashMap<>();
    prices.forEach((vendor, models) -> merged.put(vendor, new LinkedHashMap<>(models)));
    own.prices.forEach(
        (vendor, models) ->
            merged.computeIfAbsent(vendor, name -> new LinkedHashMap<>()).putAll(models));
    return new Prices(own.asOf.isEmpty() ? asOf : own.asOf, merged);
  }

  /** The month that the prices are of, as {@code 2026-09}. */
  public String asOf() {
    return asOf;
  }

  /**
   * US dollars a million tokens.
   *
   * @param vendor a vendor's name
   * @param model a model's name, with or without the route to it
   */
  public Optional<BigDecimal> perMillionTokens(String vendor, String model) {
    Map<String, BigDecimal> models = prices.getOrDefault(vendor, Map.of());
    String bare = Vendors.find(vendor).map(v -> v.spaceModel(model)).orElse(model);
    return Optional.ofNullable(models.get(model))
        .or(() -> Optional.ofNullable(models.get(bare)))
        .or(() -> Optional.ofNullable(models.get(ANY_MODEL)));
  }

  /** US dollars for so many tokens. */
  public Optional<BigDecimal> cost(String vendor, String model, long tokens) {
    return perMillionTokens(vendor, model)
        .map(
            price ->
                price.multiply(BigDecimal.valueOf(tokens)).divide(MILLION, MathContext.DECIMAL64));
  }

  private static LoadSettings settings() {
    return LoadSettings.builder().setAllowDuplicateKeys(false).build();
  }

  private static Prices parse(Object yaml, String where) {
    if (!(yaml instanceof Map<?, ?> root)
        || !(root.get("usd-per-million-tokens") instanceof Map<?, ?> vendors)) {
      throw new IllegalArgumentException(where + " has no map \"usd-per-million-tokens\"");
    }
    Map<String, Map<String, BigDecimal>> prices = new LinkedHashMap<>();
    vendors.forEach(
        (vendor, models) -> prices.put(String.valueOf(vendor), ofVendor(models, where)));
    Object asOf = root.get("as-of");
    return new Prices(asOf == null ? "" : asOf.toString(), prices);
  }

  private static Map<String, BigDecimal> ofVendor(Object models, String where) {
    if (!(models instanceof Map<?, ?> map)) {
      throw new IllegalArgumentException(where + " has a vendor without a map of models");
    }
    Map<String, BigDecimal> prices = new LinkedHashMap<>();
    map.forEach(
        (model, price) -> {
          if (!(price instanceof Number number) || number.doubleValue() < 0) {
            throw new IllegalArgumentException(
                "%s: the price of \"%s\" is no number".formatted(where, model));
          }
          prices.put(String.valueOf(model), new BigDecimal(number.toString()));
        });
    return prices;
  }
}
