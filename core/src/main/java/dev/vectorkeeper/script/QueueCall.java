package dev.vectorkeeper.script;

import dev.vectorkeeper.VectorkeeperException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;

/**
 * A call of Vectorkeeper's server that works off what waits of one source.
 *
 * @param source the source's name
 * @param server the server's address, with a path in front where a proxy has one
 * @param limit how many rows one call works off at most
 * @param secret the name under which Supabase's Vault keeps the server's token
 */
public record QueueCall(String source, String server, int limit, String secret) {
  /** The most rows that one call may be asked for. */
  public static final int MOST_ROWS = 10_000;

  /**
   * Checks all but the source's existence.
   *
   * @throws VectorkeeperException VK-C09 for a value that cannot be
   */
  public QueueCall {
    requireUrl(server);
    if (limit < 1 || limit > MOST_ROWS) {
      throw new VectorkeeperException(
          "VK-C09", "--limit must be from 1 to %,d.".formatted(MOST_ROWS));
    }
    requireName("--secret", secret);
  }

  private static void requireUrl(String server) {
    try {
      URI uri = new URI(server);
      boolean complete =
          Set.of("http", "https").contains(String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT))
              && uri.getHost() != null;
      boolean more =
          uri.getRawUserInfo() != null
              || uri.getRawQuery() != null
              || uri.getRawFragment() != null
              || uri.getPort() > 65_535;
      if (complete && !more) {
        return;
      }
    } catch (URISyntaxException e) {
      // what is no address at all is answered like one that does not fit
    }
    throw new VectorkeeperException(
        "VK-C09",
        "--url \"%s\" is not a server's address. Write it like http://127.0.0.1:8080 or https://example.org/embeddings, without user, query or fragment."
            .formatted(server));
  }

  /** Fails with VK-C09 where a name is blank or holds what no name can, such as a line's end. */
  static void requireName(String option, String name) {
    if (name.isBlank() || name.chars().anyMatch(Character::isISOControl)) {
      throw new VectorkeeperException(
          "VK-C09", "%s must be a name: not blank, and of one line.".formatted(option));
    }
  }

  /** Where the call goes. */
  String uri() {
    String base = server.replaceAll("/+$", "");
    return base + "/v1/sources/" + inPath(source) + "/queue";
  }

  /** What the call says. */
  String body() {
    return "{\"limit\":" + limit + "}";
  }

  private static String inPath(String text) {
    return java.net.URLEncoder.encode(text, java.nio.charset.StandardCharsets.UTF_8)
        .replace("+", "%20");
  }
}
