package dev.vectorkeeper.migrate;

import java.util.Locale;

/**
 * A line of a plan.
 *
 * @param number its number, from 1
 * @param topic what it is about
 * @param level whether it only tells, warns, or stops the migration
 * @param sentence what was found
 */
public record Finding(int number, String topic, Level level, String sentence) {
  /** How much it matters. */
  public enum Level {
    /** Worth knowing. */
    OK,
    /** Look at it before you go on. */
    WARNING,
    /** Nothing begins before this is put right. */
    STOP;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
