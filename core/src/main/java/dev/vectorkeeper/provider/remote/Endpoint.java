package dev.vectorkeeper.provider.remote;

import dev.vectorkeeper.provider.Secret;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where requests go and what lets them in.
 *
 * @param address the whole address of requests
 * @param limits the address that tells the server's limits, null where there is none
 * @param apiKey the key, null where none is needed
 * @param headers further headers, whose values are kept secret like the key; none of them may be
 *     the header that carries the key when there is a key
 * @param proxy the HTTP proxy to go through, null for that of the Java runtime
 */
public record Endpoint(
    URI address,
    @Nullable URI limits,
    @Nullable Secret apiKey,
    Map<String, Secret> headers,
    @Nullable InetSocketAddress proxy) {
  private static final Set<String> OURS =
      Set.of(
          "accept",
          "connection",
          "content-length",
          "content-type",
          "expect",
          "host",
          "transfer-encoding",
          "upgrade");

  public Endpoint {
    Map<String, Secret> lower = new TreeMap<>();
    headers.forEach((name, value) -> lower.put(headerName(name), sendable(name, value)));
    headers = Map.copyOf(lower);
    if (apiKey != null) {
      sendable("api-key", apiKey);
    }
  }

  /** Refuses a header beside a key that would take the key's place without a word. */
  Endpoint checkedFor(Vendor vendor) {
    if (apiKey != null && headers.containsKey(vendor.keyHeader())) {
      throw new IllegalArgumentException(
          "the header \"%s\" would replace the api-key: remove one of them"
              .formatted(vendor.keyHeader()));
    }
    return this;
  }

  /** The key, where there is one. */
  Optional<Secret> key() {
    return Optional.ofNullable(apiKey);
  }

  /** Everything that must not be shown. */
  List<Secret> secrets() {
    List<Secret> secrets = new ArrayList<>(headers.values());
    key().ifPresent(secrets::add);
    return secrets;
  }

  /** Host and port of the address, as they are shown to people. */
  String place() {
    return address.getPort() < 0 ? address.getHost() : address.getHost() + ":" + address.getPort();
  }

  @Override
  public String toString() {
    // Neither the query of the address, where some gateways want a key, nor a header's value.
    return "Endpoint[%s://%s%s, headers %s]"
        .formatted(address.getScheme(), place(), address.getPath(), headers.keySet());
  }

  private static String headerName(String name) {
    String lower = name.strip().toLowerCase(Locale.ROOT);
    if (!lower.matches("[a-z0-9!#$%&'*+.^_`|~-]+")) {
      throw new IllegalArgumentException("\"%s\" is no name of a header".formatted(name));
    }
    if (OURS.contains(lower)) {
      throw new IllegalArgumentException("the header \"%s\" cannot be set".formatted(lower));
    }
    return lower;
  }

  /** The HTTP client would refuse such a value too, but quote it. */
  private static Secret sendable(String name, Secret value) {
    if (!value.reveal().chars().allMatch(c -> c >= 0x20 && c < 0x7F)) {
      throw new IllegalArgumentException(
          "the value of \"%s\" holds a character that no header can carry".formatted(name));
    }
    return value;
  }
}
