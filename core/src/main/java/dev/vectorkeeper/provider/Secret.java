package dev.vectorkeeper.provider;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A key or password that prints as {@code ***}. Its text leaves this class only through {@link
 * #reveal()}, whose callers are the few places that put it on a wire.
 */
public final class Secret {
  private static final String MASK = "***";

  private final String text;

  private Secret(String text) {
    this.text = text;
  }

  /**
   * A secret of this text, without the white space around it: keys are pasted with line ends.
   *
   * @throws IllegalArgumentException when the text is blank
   */
  public static Secret of(String text) {
    String stripped = text.strip();
    if (stripped.isEmpty()) {
      throw new IllegalArgumentException("a secret must not be blank");
    }
    return new Secret(stripped);
  }

  /** A secret of this text, or none when the text is null or blank, as an unset variable is. */
  public static Optional<Secret> ofNullable(@Nullable String text) {
    return text == null || text.isBlank() ? Optional.empty() : Optional.of(of(text));
  }

  /** The text itself, to be put on a wire and nowhere else. */
  public String reveal() {
    return text;
  }

  /** The given message with every occurrence of the secret replaced by {@code ***}. */
  public String maskIn(String message) {
    return message.replace(text, MASK);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Secret secret && MessageDigest.isEqual(bytes(), secret.bytes());
  }

  @Override
  public int hashCode() {
    // The same for all, so that a hash in a dump or a log says nothing about the key.
    return Secret.class.hashCode();
  }

  @Override
  public String toString() {
    return MASK;
  }

  private byte[] bytes() {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
