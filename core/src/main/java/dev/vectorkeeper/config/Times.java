package dev.vectorkeeper.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lengths of time as people write them. */
final class Times {
  private static final Pattern TIME = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h|d)");

  private Times() {}

  /**
   * Reads {@code 30d}, {@code 12h}, {@code 90m}, {@code 45s} or {@code 200ms}.
   *
   * @throws IllegalArgumentException for anything else
   */
  static Duration parse(String text) {
    Matcher matcher = TIME.matcher(text.trim());
    if (!matcher.matches() || Long.parseLong(matcher.group(1)) == 0) {
      throw new IllegalArgumentException(
          "\"%s\" is not a time such as 30d, 12h, 90m, 45s or 200ms".formatted(text));
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "d" -> Duration.ofDays(amount);
      case "h" -> Duration.ofHours(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "s" -> Duration.ofSeconds(amount);
      default -> Duration.ofMillis(amount);
    };
  }
}
