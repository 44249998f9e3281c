package dev.vectorkeeper.config;

import dev.vectorkeeper.profile.ProfileDefinition;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Reads one entry below {@code profiles}. */
final class ProfileReader {
  private static final String[] KNOWN = {
    "provider", "model", "pooling", "max-tokens", "normalize", "query-prefix", "document-prefix"
  };

  private ProfileReader() {}

  static Optional<ProfileDefinition> read(String name, Section section) {
    section.allow(KNOWN);
    Optional<String> provider =
        section.required("provider").flatMap(p -> section.choice("provider", "local"));
    Optional<String> model = section.required("model");
    section.choice("pooling", "mean", "cls");
    section.number("max-tokens", 8, 1_000_000);
    section.flag("normalize");
    Map<String, String> options = new LinkedHashMap<>();
    for (String key : section.keys()) {
      if (!key.equals("provider") && !key.equals("model")) {
        section.text(key).ifPresent(value -> options.put(key, value));
      }
    }
    if (provider.isEmpty() || model.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new ProfileDefinition(name, provider.get(), model.get(), options));
  }
}
