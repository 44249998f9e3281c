package dev.vectorkeeper.profile;

import java.util.Map;
import java.util.Optional;

/**
 * A profile as the configuration file declares it.
 *
 * @param name the user's name for it
 * @param provider who embeds, for example {@code local}
 * @param model the model's name, or a directory for {@code local}
 * @param options every other option of the profile by its key in the file
 */
public record ProfileDefinition(
    String name, String provider, String model, Map<String, String> options) {

  public ProfileDefinition {
    options = Map.copyOf(options);
  }

  /** An option's value as written, where it was. */
  public Optional<String> option(String key) {
    return Optional.ofNullable(options.get(key));
  }
}
