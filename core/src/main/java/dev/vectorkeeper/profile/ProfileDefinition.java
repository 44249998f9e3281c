package dev.vectorkeeper.profile;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A profile as the configuration file declares it.
 *
 * @param name the user's name for it
 * @param providers who may embed, in the order of preference, for example {@code local}
 * @param model the model's name, or a directory for {@code local}; absent where the environment
 *     names it
 * @param options every other option of the profile by its key in the file; a key of one route alone
 *     as {@code api-key.ROUTE}
 * @param headers further headers of requests
 */
public record ProfileDefinition(
    String name,
    List<String> providers,
    Optional<String> model,
    Map<String, String> options,
    Map<String, String> headers) {

  public ProfileDefinition {
    providers = List.copyOf(providers);
    options = Map.copyOf(options);
    headers = Map.copyOf(headers);
  }

  /** An option's value as written, where it was. */
  public Optional<String> option(String key) {
    return Optional.ofNullable(options.get(key));
  }

  /**
   * An option that is a whole number; the configuration file's reader has checked that it is one.
   */
  public Optional<Integer> number(String key) {
    return option(key).map(value -> Integer.parseInt(value.trim().replace("_", "")));
  }

  /** What the file says of the key of one of the providers, where it says something. */
  public Optional<String> keyOf(String provider) {
    return option("api-key." + provider).or(() -> option("api-key")).filter(key -> !key.isBlank());
  }

  /** Name and providers only: options may hold a key. */
  @Override
  public String toString() {
    return "profile " + name + " of " + providers;
  }
}
