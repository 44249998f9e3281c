package dev.vectorkeeper.app.server;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.config.ServerSettings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** Certificate and key from files in PEM. */
final class Tls {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

  private Tls() {}

  /**
   * What Jetty needs of them.
   *
   * @throws VectorkeeperException VK-H13 when one of the files cannot be used
   */
  static SslContextFactory.Server of(ServerSettings.Tls files) {
    try {
      Collection<? extends Certificate> chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(Files.readAllBytes(files.certificate())));
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry("server", key(files.key()), new char[0], chain.toArray(Certificate[]::new));
      SslContextFactory.Server factory = new SslContextFactory.Server();
      factory.setKeyStore(store);
      factory.setKeyStorePassword("");
      return factory;
    } catch (IOException | GeneralSecurityException e) {
      throw new VectorkeeperException(
          "VK-H13",
          "The certificate %s and key %s cannot be used: %s."
              .formatted(files.certificate(), files.key(), e.getMessage()),
          e);
    }
  }

  private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
    Matcher matcher = KEY.matcher(Files.readString(file));
    if (!matcher.find()) {
      throw new GeneralSecurityException(
          "the key is not in PKCS #8; \"openssl pkcs8 -topk8 -nocrypt\" makes it so");
    }
    byte[] bytes = Base64.getMimeDecoder().decode(matcher.group(1));
    GeneralSecurityException last = null;
    for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
      } catch (GeneralSecurityException e) {
        last = e;
      }
    }
    throw new GeneralSecurityException("the key is of an unknown kind", last);
  }
}
