package dev.vectorkeeper.provider.remote;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Times as headers write them: seconds ({@code 20}, {@code 1.5}), spans ({@code 6m0s}, {@code
 * 20ms}), seconds or milliseconds since 1970, and dates.
 */
final class ResetTime {
  private static final Pattern SPAN =
      Pattern.compile(
          "(?:(\\d+)d)?(?:(\\d+)h)?(?:(\\d+)m(?!s))?(?:(\\d+(?:\\.\\d+)?)s)?(?:(\\d+(?:\\.\\d+)?)ms)?");

  /** A wait that is longer than this is a mistake of the service, or of its clock. */
  private static final Duration LONGEST = Duration.ofDays(1);

  private static final double EPOCH_MILLIS = 1e12;
  private static final double EPOCH_SECONDS = 1e9;

  private ResetTime() {}

  /** The moment that a header's value names, never before now and at most a day ahead. */
  static Optional<Instant> instant(String value, Instant now) {
    String text = value.strip();
    return named(text, now).or(() -> date(text)).map(at -> bounded(at, now));
  }

  /** The span that a value names. */
  static Optional<Duration> duration(String value) {
    String text = value.strip();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (text.matches("\\d{1,15}(\\.\\d{1,9})?")) {
      return Optional.of(seconds(Double.parseDouble(text)));
    }
    Matcher span = SPAN.matcher(text);
    if (text.length() > 40 || !span.matches()) {
      return Optional.empty();
    }
    double seconds =
        part(span, 1) * 86_400
            + part(span, 2) * 3_600
            + part(span, 3) * 60
            + part(span, 4)
            + part(span, 5) / 1_000;
    return Optional.of(seconds(seconds));
  }

  /** The date of HTTP, or of ISO 8601. */
  static Optional<Instant> date(String text) {
    try {
      return Optional.of(
          ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeException e) {
      try {
        return Optional.of(Instant.parse(text));
      } catch (DateTimeException alsoNot) {
        return Optional.empty();
      }
    }
  }

  static Instant bounded(Instant at, Instant now) {
    if (at.isBefore(now)) {
      return now;
    }
    return at.isAfter(now.plus(LONGEST)) ? now.plus(LONGEST) : at;
  }

  private static Optional<Instant> named(String text, Instant now) {
    return duration(text)
        .map(
            span -> {
              double seconds = span.toMillis() / 1e3;
              if (seconds >= EPOCH_MILLIS) {
                return Instant.ofEpochMilli((long) seconds);
              }
              return seconds >= EPOCH_SECONDS
                  ? Instant.ofEpochSecond((long) seconds)
                  : now.plus(span);
            });
  }

  private static double part(Matcher span, int group) {
    return span.group(group) == null ? 0 : Double.parseDouble(span.group(group));
  }

  private static Duration seconds(double seconds) {
    return Duration.ofMillis(Math.round(seconds * 1_000));
  }
}
