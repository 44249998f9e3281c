package dev.vectorkeeper.postgres;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A statement as a text block with {@code {slots}} for what no bind parameter can carry: quoted
 * names, column lists, types. Values never go into a slot.
 */
public final class SqlText {
  private final String template;
  private final Map<String, String> slots = new LinkedHashMap<>();

  private SqlText(String template) {
    this.template = template;
  }

  /** A statement with slots that are still open. */
  public static SqlText of(String template) {
    return new SqlText(template);
  }

  /** Fills a slot with SQL text. */
  public SqlText with(String slot, String sql) {
    if (!template.contains("{" + slot + "}")) {
      throw new IllegalArgumentException("no slot {" + slot + "} in: " + template);
    }
    slots.put(slot, sql);
    return this;
  }

  /** Fills a slot with a quoted name. */
  public SqlText with(String slot, SqlName name) {
    return with(slot, name.sql());
  }

  /**
   * The finished statement; slots are replaced in one pass, so that what a slot holds is never
   * scanned again.
   */
  public String sql() {
    StringBuilder out = new StringBuilder(template.length() + 256);
    int at = 0;
    while (at < template.length()) {
      int open = template.indexOf('{', at);
      int close = open < 0 ? -1 : template.indexOf('}', open);
      String filled = close < 0 ? null : slots.get(template.substring(open + 1, close));
      if (close < 0) {
        break;
      }
      if (filled == null) {
        throw new IllegalStateException(
            "slot " + template.substring(open, close + 1) + " is open in: " + template);
      }
      out.append(template, at, open).append(filled);
      at = close + 1;
    }
    return out.append(template, at, template.length()).toString();
  }
}
