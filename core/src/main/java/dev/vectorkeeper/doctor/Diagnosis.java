package dev.vectorkeeper.doctor;

/**
 * One thing that was looked at.
 *
 * @param level how it is
 * @param code a stable code where something is to be done, else empty
 * @param sentence what was found and what to do, for people
 */
public record Diagnosis(Level level, String code, String sentence) {
  /** How something is. */
  public enum Level {
    OK,
    WARNING,
    PROBLEM
  }

  static Diagnosis ok(String sentence) {
    return new Diagnosis(Level.OK, "", sentence);
  }

  static Diagnosis warning(String code, String sentence) {
    return new Diagnosis(Level.WARNING, code, sentence);
  }

  static Diagnosis problem(String code, String sentence) {
    return new Diagnosis(Level.PROBLEM, code, sentence);
  }
}
