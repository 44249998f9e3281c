package dev.vectorkeeper.secret;

import dev.vectorkeeper.VectorkeeperException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key that seals the secrets in the catalog: AES-256-GCM with a random nonce each time, bound
 * to the secret's name. It comes from {@code VECTORKEEPER_SECRET_KEY} (32 bytes in base64) or the
 * file that {@code VECTORKEEPER_SECRET_KEY_FILE} names, and never stands in the database.
 */
public final class MasterKey {
  /** The variable that holds the key. */
  public static final String VARIABLE = "VECTORKEEPER_SECRET_KEY";

  /** The variable that names a file with the key. */
  public static final String FILE_VARIABLE = "VECTORKEEPER_SECRET_KEY_FILE";

  private static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final SecureRandom RANDOM = new SecureRandom();

  /** A secret that was sealed. */
  record Sealed(byte[] nonce, byte[] text) {}

  private final SecretKeySpec key;

  private MasterKey(byte[] key) {
    this.key = new SecretKeySpec(key, "AES");
  }

  /**
   * The key of the environment.
   *
   * @throws VectorkeeperException VK-K01 when none is set, VK-K02 when it is no key
   */
  public static MasterKey of(Map<String, String> environment) {
    String inline = environment.getOrDefault(VARIABLE, "");
    if (!inline.isBlank()) {
      return parse(inline, VARIABLE);
    }
    String file = environment.getOrDefault(FILE_VARIABLE, "");
    if (file.isBlank()) {
      throw new VectorkeeperException(
          "VK-K01",
          "The secret store needs its key: set %s to a file that \"vectorkeeper secrets new-key FILE\" made, or %s to 32 bytes in base64."
              .formatted(FILE_VARIABLE, VARIABLE));
    }
    return read(Path.of(file));
  }

  /** The key in a file. */
  public static MasterKey read(Path file) {
    try {
      return parse(Files.readString(file), "the file " + file);
    } catch (IOException e) {
      throw new VectorkeeperException(
          "VK-K02", "The key file %s could not be read: %s.".formatted(file, e.getMessage()), e);
    }
  }

  private static MasterKey parse(String text, String where) {
    try {
      byte[] key = Base64.getDecoder().decode(text.strip());
      if (key.length == KEY_BYTES) {
        return new MasterKey(key);
      }
    } catch (IllegalArgumentException e) {
      // reported below without the text itself
    }
    throw new VectorkeeperException(
        "VK-K02", "What %s holds is no key: it must be 32 bytes in base64.".formatted(where));
  }

  /**
   * Writes a new random key to a file that only its owner may read; never over one that is there.
   */
  public static void create(Path file) {
    byte[] key = new byte[KEY_BYTES];
    RANDOM.nextBytes(key);
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.write(
          file,
          (Base64.getEncoder().encodeToString(key) + "\n").getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new VectorkeeperException(
          "VK-K02", "The key file %s could not be made: %s.".formatted(file, e), e);
    }
  }

  Sealed seal(String name, String text) {
    byte[] nonce = new byte[NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    return new Sealed(
        nonce, run(Cipher.ENCRYPT_MODE, name, nonce, text.getBytes(StandardCharsets.UTF_8)));
  }

  String open(String name, Sealed sealed) {
    return new String(
        run(Cipher.DECRYPT_MODE, name, sealed.nonce(), sealed.text()), StandardCharsets.UTF_8);
  }

  private byte[] run(int mode, String name, byte[] nonce, byte[] text) {
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
      cipher.updateAAD(name.getBytes(StandardCharsets.UTF_8));
      return cipher.doFinal(text);
    } catch (GeneralSecurityException e) {
      throw new VectorkeeperException(
          "VK-K03",
          "The secret \"%s\" was sealed with another key, or was tampered with.".formatted(name),
          e);
    }
  }
}
