package dev.vectorkeeper.app.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vectorkeeper.testing.ScriptedProvider;
import dev.vectorkeeper.testing.TestDatabase;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS by files in PEM. */
class TlsPgTest {
  @TempDir private Path directory;

  private static String pem(String what, byte[] bytes) {
    return "-----BEGIN "
        + what
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes)
        + "\n-----END "
        + what
        + "-----\n";
  }

  /** A key of an algorithm and a certificate that it signed itself, made by the JDK's keytool. */
  private KeyStore made(String algorithm) throws Exception {
    Path store = directory.resolve(algorithm + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                algorithm,
                "-dname",
                "CN=localhost",
                "-ext",
                "san=ip:127.0.0.1",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-storepass",
                "changeit",
                "-keystore",
                store.toString())
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore loaded = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      loaded.load(in, "changeit".toCharArray());
    }
    return loaded;
  }

  private static HttpClient trusting(Certificate certificate) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("server", certificate);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return HttpClient.newBuilder().sslContext(context).build();
  }

  @Test
  void a_server_speaks_tls_with_keys_of_either_kind_and_says_what_is_wrong_with_others()
      throws Exception {
    try (TestDatabase test = TestDatabase.create()) {
      test.sql("create table notes (id int primary key, body text)");
      for (String algorithm : new String[] {"RSA", "EC"}) {
        KeyStore made = made(algorithm);
        Certificate certificate = made.getCertificate("server");
        PrivateKey key = (PrivateKey) made.getKey("server", "changeit".toCharArray());
        Files.writeString(
            directory.resolve("cert.pem"), pem("CERTIFICATE", certificate.getEncoded()));
        Files.writeString(directory.resolve("key.pem"), pem("PRIVATE KEY", key.getEncoded()));
        try (Served served = serve(test)) {
          assertThat(served.address()).startsWith("https://127.0.0.1:");
          HttpResponse<String> answer =
              trusting(certificate)
                  .send(
                      HttpRequest.newBuilder(URI.create(served.address() + "/v1/status")).build(),
                      BodyHandlers.ofString());
          assertThat(answer.statusCode()).isEqualTo(200);
          assertThat(answer.headers().firstValue("Strict-Transport-Security")).isPresent();
        }
      }
      Files.writeString(directory.resolve("key.pem"), pem("EC PRIVATE KEY", new byte[] {1}));
      assertThatThrownBy(() -> serve(test))
          .hasMessageContaining("openssl pkcs8")
          .extracting("code")
          .isEqualTo("VK-H13");
    }
  }

  private Served serve(TestDatabase test) {
    return Served.of(
        test,
        """
        profiles:
          small: {provider: application, model: small, dimensions: 8}
        sources:
          notes: {table: notes, text: body, collections: [small]}
        server: {port: 0, tls: {certificate: %s, key: %s}}
        """
            .formatted(directory.resolve("cert.pem"), directory.resolve("key.pem")),
        Map.of(),
        Map.of("small", new ScriptedProvider(8, 16)));
  }
}
