package dev.vectorkeeper.config;

import dev.vectorkeeper.profile.ProfileDefinition;
import dev.vectorkeeper.provider.remote.Vendors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads one entry below {@code profiles}. */
final class ProfileReader {
  /**
   * Providers that are no remote service: a model in this process, and whatever an application
   * hands in.
   */
  private static final List<String> NEAR = List.of("local", "application");

  private static final List<String> SHARED =
      List.of("provider", "model", "normalize", "query-prefix", "document-prefix", "max-tokens");

  private static final List<String> LOCAL = List.of("pooling");

  private static final List<String> REMOTE =
      List.of(
          "dimensions",
          "task",
          "query-task",
          "api-key",
          "base-url",
          "headers",
          "proxy",
          "timeout-seconds",
          "query-timeout-seconds",
          "truncate",
          "max-inputs",
          "max-request-tokens",
          "concurrency",
          "requests-per-minute",
          "tokens-per-minute");

  private ProfileReader() {}

  static Optional<ProfileDefinition> read(String name, Section section, Problems problems) {
    List<String> providers = section.texts("provider");
    if (providers.isEmpty()) {
      section.required("provider");
    }
    List<String> known = Stream.concat(NEAR.stream(), Vendors.names().stream()).toList();
    for (String provider : providers) {
      if (!known.contains(provider)) {
        problems.addUnknown(section.line("provider"), "provider", provider, known);
      }
    }
    boolean local = providers.contains("local");
    if (providers.size() > 1 && providers.stream().anyMatch(NEAR::contains)) {
      problems.add(
          section.line("provider"),
          "several providers must all be remote services: routes to one model");
    }
    section.allow(keys(local));
    check(section, local);
    Map<String, String> keys = keysOfRoutes(section, providers, problems);
    Optional<String> model =
        local ? section.required("model") : section.text("model").filter(m -> !m.isBlank());
    if (providers.isEmpty() || local && model.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> options = options(section);
    options.putAll(keys);
    return Optional.of(new ProfileDefinition(name, providers, model, options, headers(section)));
  }

  private static String[] keys(boolean local) {
    return Stream.concat(SHARED.stream(), (local ? LOCAL : REMOTE).stream()).toArray(String[]::new);
  }

  private static void check(Section section, boolean local) {
    section.number("max-tokens", 8, 1_000_000);
    section.flag("normalize");
    if (local) {
      section.choice("pooling", "mean", "cls");
      return;
    }
    section.number("dimensions", 1, 16_000);
    section.number("timeout-seconds", 1, 3_600);
    section.number("query-timeout-seconds", 1, 600);
    section.choice("truncate", "none", "end");
    section.number("max-inputs", 1, 100_000);
    section.number("max-request-tokens", 1, 10_000_000);
    section.number("concurrency", 1, 256);
    section.number("requests-per-minute", 1, 10_000_000);
    section.number("tokens-per-minute", 1, 2_000_000_000);
  }

  /** A key lets in at one service only, so that several routes name theirs one by one. */
  private static Map<String, String> keysOfRoutes(
      Section section, List<String> providers, Problems problems) {
    Map<String, String> keys = new LinkedHashMap<>();
    if (!section.isMapping("api-key")) {
      if (providers.size() > 1 && section.keys().contains("api-key")) {
        problems.add(
            section.line("api-key"),
            "each of several providers has a key of its own: write api-key: {%s}"
                .formatted(String.join(": …, ", providers) + ": …"));
      }
      return keys;
    }
    Section named = section.section("api-key").orElseThrow();
    named.allow(providers.toArray(String[]::new));
    for (String provider : named.keys()) {
      named.text(provider).ifPresent(key -> keys.put("api-key." + provider, key));
    }
    return keys;
  }

  private static Map<String, String> options(Section section) {
    Map<String, String> options = new LinkedHashMap<>();
    for (String key : section.keys()) {
      boolean elsewhere = key.equals("api-key") && section.isMapping(key);
      if (!elsewhere && !List.of("provider", "model", "headers").contains(key)) {
        section.text(key).ifPresent(value -> options.put(key, value));
      }
    }
    return options;
  }

  private static Map<String, String> headers(Section section) {
    Map<String, String> headers = new LinkedHashMap<>();
    section
        .section("headers")
        .ifPresent(
            all ->
                all.keys()
                    .forEach(key -> all.text(key).ifPresent(value -> headers.put(key, value))));
    return headers;
  }
}
