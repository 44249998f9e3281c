package dev.vectorkeeper.config;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * The variables by which scripts for Supabase name their database: SUPABASE_HOST, _PORT, _DATABASE,
 * _USER, _PASSWORD.
 */
final class SupabaseVariables {
  private SupabaseVariables() {}

  /** The address that they make, when a host is set. */
  static Optional<String> url(Map<String, String> environment) {
    String host = environment.getOrDefault("SUPABASE_HOST", "");
    if (host.isBlank()) {
      return Optional.empty();
    }
    String user = encoded(environment.getOrDefault("SUPABASE_USER", "postgres"));
    String password = environment.getOrDefault("SUPABASE_PASSWORD", "");
    return Optional.of(
        "postgresql://"
            + user
            + (password.isEmpty() ? "" : ":" + encoded(password))
            + "@"
            + host
            + ":"
            + environment.getOrDefault("SUPABASE_PORT", "5432")
            + "/"
            + environment.getOrDefault("SUPABASE_DATABASE", "postgres"));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
