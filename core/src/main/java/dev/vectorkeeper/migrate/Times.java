package dev.vectorkeeper.migrate;

import java.time.Duration;

/** Times for people. */
final class Times {
  private Times() {}

  static String human(Duration duration) {
    long seconds = duration.toSeconds();
    return seconds % 86_400 == 0
        ? seconds / 86_400 + " d"
        : seconds % 3_600 == 0
            ? seconds / 3_600 + " h"
            : seconds % 60 == 0 ? seconds / 60 + " min" : seconds + " s";
  }
}
