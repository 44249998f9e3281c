package dev.vectorkeeper.postgres;

import java.util.Locale;
import java.util.Optional;

/**
 * The name of a table, view or function, quoted for SQL. The only type that turns names into SQL
 * text: whatever a user named passes through here.
 *
 * @param schema the schema's name as PostgreSQL stores it, unquoted
 * @param name the object's name as PostgreSQL stores it, unquoted
 */
public record SqlName(String schema, String name) {

  /** The longest name in bytes that PostgreSQL keeps without cutting it. */
  public static final int MAX_BYTES = 63;

  /** A name in the catalog's own schema. */
  public static SqlName catalog(String name) {
    return new SqlName("vectorkeeper", name);
  }

  /**
   * Reads {@code table}, {@code schema.table} or quoted forms of both as SQL would: unquoted parts
   * fold to lower case.
   *
   * @return the name, or nothing when the text is not a name; the schema is empty when none was
   *     written
   */
  public static Optional<SqlName> parse(String text) {
    String first = null;
    StringBuilder part = new StringBuilder();
    boolean quoted = false;
    boolean wasQuoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        if (quoted && i + 1 < text.length() && text.charAt(i + 1) == '"') {
          part.append('"');
          i++;
        } else {
          quoted = !quoted;
          wasQuoted = true;
        }
      } else if (c == '.' && !quoted) {
        if (first != null || part.isEmpty()) {
          return Optional.empty();
        }
        first = fold(part, wasQuoted);
        part.setLength(0);
        wasQuoted = false;
      } else if (quoted || Character.isLetterOrDigit(c) || c == '_' || c == '$') {
        part.append(c);
      } else {
        return Optional.empty();
      }
    }
    if (quoted || part.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new SqlName(first == null ? "" : first, fold(part, wasQuoted)));
  }

  private static String fold(StringBuilder part, boolean quoted) {
    return quoted ? part.toString() : part.toString().toLowerCase(Locale.ROOT);
  }

  /** One identifier, quoted. */
  public static String quote(String identifier) {
    if (identifier.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a name must not hold a NUL character");
    }
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }

  /** A text as an SQL literal, for the few places where DDL takes no parameter. */
  public static String literal(String text) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a text must not hold a NUL character");
    }
    String quoted = "'" + text.replace("'", "''") + "'";
    return text.indexOf('\\') < 0 ? quoted : "E" + quoted.replace("\\", "\\\\");
  }

  /** The qualified name, quoted for SQL. */
  public String sql() {
    return schema.isEmpty() ? quote(name) : quote(schema) + "." + quote(name);
  }

  /** The same name in another schema when this one has none. */
  public SqlName orSchema(String other) {
    return schema.isEmpty() ? new SqlName(other, name) : this;
  }

  /** The qualified name for people. */
  @Override
  public String toString() {
    return schema.isEmpty() ? name : schema + "." + name;
  }
}
