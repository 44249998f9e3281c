package dev.vectorkeeper.swap;

import dev.vectorkeeper.postgres.SqlName;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Something of the user's that depends on a column of vectors, directly or through a view.
 *
 * @param kind what it is
 * @param name its name; of a policy, check or trigger that of its table
 * @param described its kind and name, for people
 * @param depth how many views stand between it and the column, and itself, where it is a view
 * @param text what makes it, or binds it anew to whatever has the names at that moment
 * @param owned whether this role may change it
 */
public record Dependant(
    Kind kind, SqlName name, String described, int depth, String text, boolean owned) {

  /** What something is, and so how it is kept. */
  public enum Kind {
    /** Gets a twin, which takes its name at the exchange. */
    VIEW("gets a twin over the new column, which takes its name at the cutover"),
    /** The same, filled before the exchange. */
    MATERIALIZED_VIEW(
        "gets a twin over the new column, filled beforehand, which takes its name at the cutover"),
    /** Gets a twin that is built concurrently. */
    INDEX("gets a twin on the new column, built concurrently, which takes its name at the cutover"),
    /** Altered in the exchange. */
    POLICY("is altered in the cutover to read the new column"),
    /** Replaced in the exchange by its own text. */
    FUNCTION("is bound to the new column in the cutover, by its own text"),
    /** Put on the new column in the exchange, and validated after it. */
    CHECK("is put on the new column in the cutover, and validated right after it"),
    /** Made anew in the exchange. */
    TRIGGER("is made anew in the cutover, on the new column"),
    /** Nothing that can follow. */
    OTHER("cannot follow to another column");

    private final String kept;

    Kind(String kept) {
      this.kept = kept;
    }

    static Kind named(String text) {
      return valueOf(text.toUpperCase(java.util.Locale.ROOT).replace(' ', '_'));
    }
  }

  /** Why it cannot be kept, where it cannot. */
  public Optional<String> hindrance(int dimensions) {
    if (kind == Kind.OTHER) {
      return Optional.of("The %s cannot follow to another column.".formatted(described));
    }
    if (!owned) {
      return Optional.of(
          "The %s belongs to another role, so that this one cannot change it."
              .formatted(described));
    }
    boolean counted = kind == Kind.CHECK || kind == Kind.POLICY || kind == Kind.TRIGGER;
    Pattern fixed =
        Pattern.compile(
            "\\b(half)?vec(tor)?\\s*\\(\\s*"
                + dimensions
                + "\\s*\\)"
                + "|'\\[[^']*\\]'::[\\w.\"]*vector"
                + (counted ? "|\\bvector_dims\\s*\\(" : ""));
    return fixed.matcher(text).find()
        ? Optional.of(
            "The %s holds the dimension or a vector of the old model. Write vector without a number there, and take fixed vectors out."
                .formatted(described))
        : Optional.empty();
  }

  /** A sentence on how it is kept. */
  public String kept() {
    return "The %s %s.".formatted(described, kind.kept);
  }
}
