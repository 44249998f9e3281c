package dev.vectorkeeper.swap;

import dev.vectorkeeper.postgres.SqlName;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The server's text of an index, turned into that of one like it on another column. */
final class IndexText {
  private IndexText() {}

  /**
   * Makes {@code create index concurrently} of a text as {@code pg_get_indexdef} gives it. Whether
   * the index really is on the other column is to be asked of the server afterwards.
   */
  static String on(String text, String name, String newName, String column, String newColumn) {
    int on = text.indexOf(" ON ");
    int using = text.indexOf(" USING ", on);
    String unique = text.startsWith("CREATE UNIQUE") ? "create unique index" : "create index";
    return unique
        + " concurrently "
        + SqlName.quote(newName)
        + text.substring(on, using)
        + renamed(text.substring(using), column, newColumn);
  }

  /** Whether the text of an index on one column says the same as that of an index on another. */
  static boolean isAlike(String text, String column, String other, String otherColumn) {
    String method = " USING ";
    return text.startsWith("CREATE UNIQUE") == other.startsWith("CREATE UNIQUE")
        && renamed(text.substring(text.indexOf(method)), column, otherColumn)
            .equals(renamed(other.substring(other.indexOf(method)), otherColumn, otherColumn));
  }

  /** Replaces a column outside of quoted texts, and where nothing shows that it is a function. */
  private static String renamed(String text, String column, String newColumn) {
    boolean plain = column.matches("[a-z_][a-z0-9_]*");
    String bare = plain ? "(?<![\\w.$\"])" + column + "(?![\\w$\"]|\\s*\\()|" : "";
    Pattern found =
        Pattern.compile("'(?:[^']|'')*'|" + bare + Pattern.quote(SqlName.quote(column)));
    Matcher matcher = found.matcher(text);
    StringBuilder out = new StringBuilder();
    while (matcher.find()) {
      String replacement =
          matcher.group().startsWith("'") ? matcher.group() : SqlName.quote(newColumn);
      matcher.appendReplacement(out, Matcher.quoteReplacement(replacement));
    }
    return matcher.appendTail(out).toString();
  }
}
