package dev.vectorkeeper.app.server;

import dev.vectorkeeper.config.ServerSettings;
import io.javalin.config.JavalinConfig;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;

/** How the server listens: bounded headers, and callers that are too slow are let go. */
final class Connectors {
  private static final int HEADER_BYTES = 16 << 10;
  private static final long IDLE_MILLIS = 30_000;

  /**
   * Bytes a second that a body has to come with. Jetty counts from the first byte to the end that
   * it sees, so that at a higher rate a body of two bytes is refused by a server that is short of
   * time.
   */
  private static final long SLOWEST = 1;

  private static final long STOP_MILLIS = 5_000;

  private Connectors() {}

  static void add(JavalinConfig config, ServerSettings settings) {
    config.jetty.modifyServer(
        server -> {
          server.setStopTimeout(STOP_MILLIS);
          server.setErrorHandler(new JettyErrors());
        });
    config.jetty.modifyHttpConfiguration(
        http -> {
          http.setSendServerVersion(false);
          http.setSendXPoweredBy(false);
          http.setRequestHeaderSize(HEADER_BYTES);
          http.setMinRequestDataRate(SLOWEST);
        });
    config.jetty.addConnector((server, http) -> connector(server, http, settings));
  }

  private static Connector connector(
      org.eclipse.jetty.server.Server server, HttpConfiguration http, ServerSettings settings) {
    ServerConnector connector =
        settings
            .tls()
            .map(
                files -> {
                  HttpConfiguration secure = new HttpConfiguration(http);
                  secure.addCustomizer(new SecureRequestCustomizer(false));
                  return new ServerConnector(
                      server,
                      new SslConnectionFactory(Tls.of(files), "http/1.1"),
                      new HttpConnectionFactory(secure));
                })
            .orElseGet(() -> new ServerConnector(server, new HttpConnectionFactory(http)));
    connector.setHost(settings.host());
    connector.setPort(settings.port());
    connector.setIdleTimeout(IDLE_MILLIS);
    return connector;
  }
}
