package dev.vectorkeeper.importing;

import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import java.util.Set;
import java.util.regex.Pattern;

/** Names and values as they are written in a file, in SQL and on a command line. */
final class Written {
  private static final Pattern PLAIN = Pattern.compile("[a-z_][a-z0-9_]*");

  /** Words that SQL takes for its own where a column might stand. */
  private static final Set<String> RESERVED =
      Set.of(
          "all",
          "analyse",
          "analyze",
          "and",
          "any",
          "array",
          "as",
          "asc",
          "asymmetric",
          "both",
          "case",
          "cast",
          "check",
          "collate",
          "column",
          "constraint",
          "create",
          "current_catalog",
          "current_date",
          "current_role",
          "current_time",
          "current_timestamp",
          "current_user",
          "default",
          "deferrable",
          "desc",
          "distinct",
          "do",
          "else",
          "end",
          "except",
          "false",
          "fetch",
          "for",
          "foreign",
          "from",
          "grant",
          "group",
          "having",
          "in",
          "initially",
          "intersect",
          "into",
          "lateral",
          "leading",
          "limit",
          "localtime",
          "localtimestamp",
          "not",
          "null",
          "offset",
          "on",
          "only",
          "or",
          "order",
          "placing",
          "primary",
          "references",
          "returning",
          "select",
          "session_user",
          "some",
          "symmetric",
          "system_user",
          "table",
          "then",
          "to",
          "trailing",
          "true",
          "union",
          "unique",
          "user",
          "using",
          "variadic",
          "when",
          "where",
          "window",
          "with");

  private static final Pattern PLAIN_WORD = Pattern.compile("[\\w./@:=-]+");
  private static final Pattern PLAIN_YAML =
      Pattern.compile("[A-Za-z_][A-Za-z0-9_./-]*( [A-Za-z_][A-Za-z0-9_./-]*)*");
  private static final Set<String> YAML_WORDS =
      Set.of("null", "true", "false", "yes", "no", "on", "off", "y", "n");

  private Written() {}

  /**
   * A statement, by its slots and what goes into each; a slot that it does not have is passed over.
   */
  static String sql(String template, String... slots) {
    SqlText text = SqlText.of(template);
    for (int i = 0; i < slots.length; i += 2) {
      if (template.contains("{" + slots[i] + "}")) {
        text.with(slots[i], slots[i + 1]);
      }
    }
    return text.sql();
  }

  /** An identifier for SQL, quoted where it must be. */
  static String identifier(String name) {
    return PLAIN.matcher(name).matches() && !RESERVED.contains(name) ? name : SqlName.quote(name);
  }

  /** A table's name for SQL, a file or an option. */
  static String name(SqlName name) {
    return identifier(name.schema()) + "." + identifier(name.name());
  }

  /** A value for YAML, in quotes where it must be. */
  static String yaml(String value) {
    if (PLAIN_YAML.matcher(value).matches()
        && !YAML_WORDS.contains(value.toLowerCase(java.util.Locale.ROOT))) {
      return value;
    }
    StringBuilder quoted = new StringBuilder("\"");
    value
        .chars()
        .forEach(
            c ->
                quoted.append(
                    switch (c) {
                      case '"' -> "\\\"";
                      case '\\' -> "\\\\";
                      case '\n' -> "\\n";
                      case '\r' -> "\\r";
                      case '\t' -> "\\t";
                      default ->
                          c < ' ' || c == 0x7f || c == 0x85 || c == 0x2028 || c == 0x2029
                              ? String.format(java.util.Locale.ROOT, "\\u%04x", c)
                              : String.valueOf((char) c);
                    }));
    return quoted.append('"').toString();
  }

  /** A word for a shell. */
  static String shell(String word) {
    if (PLAIN_WORD.matcher(word).matches()) {
      return word;
    }
    boolean plain = word.chars().noneMatch(c -> "\"$`\\!".indexOf(c) >= 0);
    return plain ? '"' + word + '"' : "'" + word.replace("'", "'\\''") + "'";
  }

  /** A name made of small letters, digits and underscores. */
  static String plain(String name, int most) {
    String plain =
        name.toLowerCase(java.util.Locale.ROOT)
            .replaceAll("[^a-z0-9]+", "_")
            .replaceAll("^_+|_+$", "");
    String begun = plain.isEmpty() || Character.isDigit(plain.charAt(0)) ? "t_" + plain : plain;
    return begun.length() > most ? begun.substring(0, most) : begun;
  }
}
