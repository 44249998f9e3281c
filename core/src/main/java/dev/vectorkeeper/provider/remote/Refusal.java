package dev.vectorkeeper.provider.remote;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a service said instead of an answer.
 *
 * @param status the HTTP status, or the status that a body with status 200 names
 * @param reason the vendor's reason: one line without secrets and without the texts
 * @param words the short names in the body (type, code, status, reason), in lower case
 * @param parameter the field of the request that is to blame, where it says so
 * @param retryDelay how long to wait, where the body says so
 */
record Refusal(
    int status,
    String reason,
    Set<String> words,
    Optional<String> parameter,
    @Nullable Duration retryDelay) {
  Refusal {
    words = Set.copyOf(words);
  }

  /** Whether one of these short names is in the body. */
  boolean says(String... names) {
    for (String name : names) {
      if (words.contains(name)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the reason has one of these parts, whatever their case. */
  boolean mentions(String... parts) {
    String lower = reason.toLowerCase(Locale.ROOT);
    for (String part : parts) {
      if (lower.contains(part)) {
        return true;
      }
    }
    return false;
  }
}
