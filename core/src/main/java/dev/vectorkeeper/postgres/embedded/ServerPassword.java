package dev.vectorkeeper.postgres.embedded;

import java.security.SecureRandom;
import java.util.Base64;

/** The password of the private cluster's superuser, which prints as {@code ***}. */
public final class ServerPassword {

  private static final int BYTES = 32;

  private final String value;

  ServerPassword(String value) {
    this.value = value;
  }

  static ServerPassword random() {
    byte[] bytes = new byte[BYTES];
    new SecureRandom().nextBytes(bytes);
    return new ServerPassword(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  /** The password itself, for a connection and for nothing that is printed or logged. */
  public String reveal() {
    return value;
  }

  @Override
  public String toString() {
    return "***";
  }
}
