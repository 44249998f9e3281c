package dev.vectorkeeper.provider.remote;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Addresses of requests from what people configure: what stands before {@code /embeddings}, or the
 * whole address.
 */
final class Addresses {
  private Addresses() {}

  /**
   * The address of requests to a model.
   *
   * @param configured the user's address, null for the vendor's own
   * @throws IllegalArgumentException when there is no address, or it is none of the web
   */
  static URI ofRequests(Vendor vendor, String wireModel, @Nullable String configured) {
    URI base = base(vendor, configured);
    return withPath(base, pathBefore(vendor, base) + vendor.path(wireModel));
  }

  /** The address of a server's own limits, where the vendor has one. */
  static Optional<URI> ofLimits(Vendor vendor, @Nullable String configured) {
    return vendor
        .limitsPath()
        .map(
            path -> {
              URI base = base(vendor, configured);
              return withPath(base, pathBefore(vendor, base) + path);
            });
  }

  /** A proxy as {@code http://host:port} or {@code host:port}. */
  static InetSocketAddress proxy(String configured) {
    URI uri = parse(configured.contains("://") ? configured : "http://" + configured, "proxy");
    if (uri.getPort() < 0 || !"http".equals(uri.getScheme())) {
      throw new IllegalArgumentException("proxy must look like http://host:port");
    }
    return InetSocketAddress.createUnresolved(uri.getHost(), uri.getPort());
  }

  private static URI base(Vendor vendor, @Nullable String configured) {
    if (configured != null && !configured.isBlank()) {
      return parse(configured.strip(), "base-url");
    }
    return parse(
        vendor
            .baseUrl()
            .orElseThrow(() -> new IllegalArgumentException(vendor.name() + " needs a base-url")),
        "base-url");
  }

  private static String pathBefore(Vendor vendor, URI base) {
    String path = withoutSlash(base.getRawPath() == null ? "" : base.getRawPath());
    return withoutSlash(vendor.knownEnding().matcher(path).replaceFirst(""));
  }

  private static String withoutSlash(String path) {
    return path.endsWith("/") ? withoutSlash(path.substring(0, path.length() - 1)) : path;
  }

  private static URI withPath(URI base, String path) {
    String query = base.getRawQuery() == null ? "" : "?" + base.getRawQuery();
    return URI.create(base.getScheme() + "://" + base.getRawAuthority() + path + query);
  }

  private static URI parse(String text, String setting) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      // Without the cause, which quotes an address that may hold a key.
      throw new IllegalArgumentException(setting + " is no address");
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (uri.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
      throw new IllegalArgumentException(
          setting + " must begin with http:// or https:// and a host");
    }
    if (uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException(setting + " must hold no user and no password");
    }
    return uri;
  }
}
