package dev.vectorkeeper.app.server;

import dev.vectorkeeper.provider.Secret;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signatures of calls: {@code X-Signature} is {@code sha256=} and the HMAC-SHA256, in hexadecimal,
 * over the text of {@code X-Timestamp} (seconds since 1970), a dot and the body. A time more than
 * five minutes away is refused, and so is a signature that was taken before.
 */
final class Signatures {
  static final String SIGNATURE = "X-Signature";
  static final String TIMESTAMP = "X-Timestamp";

  private static final Duration WINDOW = Duration.ofMinutes(5);
  private static final String ALGORITHM = "HmacSHA256";
  private static final String PREFIX = "sha256=";

  private final Secret key;
  private final UsedSignatures used;

  Signatures(Secret key, UsedSignatures used) {
    this.key = key;
    this.used = used;
  }

  boolean isSigned(Context context) {
    String signature = context.header(SIGNATURE);
    String timestamp = context.header(TIMESTAMP);
    if (signature == null || timestamp == null || !timestamp.matches("\\d{1,12}")) {
      return false;
    }
    Instant at = Instant.ofEpochSecond(Long.parseLong(timestamp));
    byte[] expected = mac(timestamp, context.bodyAsBytes());
    return Duration.between(at, Instant.now()).abs().compareTo(WINDOW) <= 0
        && MessageDigest.isEqual(expected, bytes(signature))
        && used.take(expected, at.plus(WINDOW.multipliedBy(3)));
  }

  private static byte[] bytes(String signature) {
    String hex = signature.startsWith(PREFIX) ? signature.substring(PREFIX.length()) : signature;
    try {
      return HexFormat.of().parseHex(hex.strip());
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  private byte[] mac(String timestamp, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key.reveal().getBytes(StandardCharsets.UTF_8), ALGORITHM));
      mac.update((timestamp + ".").getBytes(StandardCharsets.UTF_8));
      return mac.doFinal(body);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }
}
