package dev.vectorkeeper.app.server.api;

import java.util.Map;
import java.util.Optional;

/**
 * Something that needs a hand.
 *
 * @param level how urgent it is
 * @param code a stable code
 * @param sentence what it is, for people
 * @param source the source that it is about, where it is about one
 * @param profile the profile, likewise
 * @param command what mends it on the command line
 * @param action the call that mends it, where one does
 */
public record Attention(
    Level level,
    String code,
    String sentence,
    Optional<String> source,
    Optional<String> profile,
    String command,
    Optional<Action> action) {

  /** How urgent something is, the most urgent first. */
  public enum Level {
    /** Vectors are not kept true until it is mended. */
    PROBLEM,
    /** Look at it. */
    WARNING,
    /** Somebody may want to go on with it. */
    NOTICE;

    @Override
    public String toString() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /**
   * A call that changes something.
   *
   * @param label what it does, in a few words
   * @param path what to POST to
   * @param body what to send
   */
  public record Action(String label, String path, Map<String, Object> body) {}
}
