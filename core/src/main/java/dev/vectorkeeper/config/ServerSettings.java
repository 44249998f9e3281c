package dev.vectorkeeper.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How the server listens, as the configuration file says.
 *
 * @param host the address that it listens on
 * @param port the port; any free one where 0
 * @param authentication whether calls need a token; without it the server listens on loopback only
 * @param openReads whether what changes nothing may be read without a token
 * @param tls certificate and key, where it speaks TLS itself
 * @param routes paths of a hand-made system that it answers as that did
 */
public record ServerSettings(
    String host,
    int port,
    boolean authentication,
    boolean openReads,
    Optional<Tls> tls,
    List<RouteDefinition> routes) {

  /** Where nothing is said. */
  public static final ServerSettings DEFAULT =
      new ServerSettings("127.0.0.1", 8080, true, true, Optional.empty(), List.of());

  /**
   * Files in PEM.
   *
   * @param certificate the certificate, and those between it and the root
   * @param key its private key in PKCS #8
   */
  public record Tls(Path certificate, Path key) {}
}
