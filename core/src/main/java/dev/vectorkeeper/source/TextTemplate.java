package dev.vectorkeeper.source;

import dev.vectorkeeper.postgres.SqlName;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What of a row is embedded: one column, or a text with columns in braces such as {@code {word}:
 * {gloss}}. Two braces stand for one. A row all of whose columns here are null or blank has no
 * text.
 */
public final class TextTemplate {
  private sealed interface Part {}

  private record Literal(String text) implements Part {}

  private record Column(String name) implements Part {}

  private final String written;
  private final List<Part> parts;

  private TextTemplate(String written, List<Part> parts) {
    this.written = written;
    this.parts = parts;
  }

  /**
   * Reads a template.
   *
   * @throws IllegalArgumentException with a sentence when braces do not match or nothing is named
   */
  public static TextTemplate parse(String written) {
    if (written.isBlank()) {
      throw new IllegalArgumentException("the text must name a column");
    }
    if (written.indexOf('{') < 0 && written.indexOf('}') < 0) {
      return new TextTemplate(written, List.of(new Column(written.trim())));
    }
    List<Part> parts = parts(written);
    if (parts.stream().noneMatch(Column.class::isInstance)) {
      throw new IllegalArgumentException("the template names no column in braces");
    }
    return new TextTemplate(written, parts);
  }

  private static List<Part> parts(String written) {
    List<Part> parts = new ArrayList<>();
    StringBuilder literal = new StringBuilder();
    int i = 0;
    while (i < written.length()) {
      char c = written.charAt(i);
      boolean doubled = i + 1 < written.length() && written.charAt(i + 1) == c;
      if ((c == '{' || c == '}') && doubled) {
        literal.append(c);
        i += 2;
      } else if (c == '{') {
        int close = written.indexOf('}', i);
        if (close < 0 || written.substring(i + 1, close).isBlank()) {
          throw new IllegalArgumentException(
              "a brace is opened but names no column; write {{ for a brace itself");
        }
        if (!literal.isEmpty()) {
          parts.add(new Literal(literal.toString()));
          literal.setLength(0);
        }
        parts.add(new Column(written.substring(i + 1, close).trim()));
        i = close + 1;
      } else if (c == '}') {
        throw new IllegalArgumentException(
            "a brace is closed that was not opened; write }} for a brace itself");
      } else {
        literal.append(c);
        i++;
      }
    }
    if (!literal.isEmpty()) {
      parts.add(new Literal(literal.toString()));
    }
    return parts;
  }

  /** The columns' names as written, each once, in order. */
  public Set<String> columns() {
    Set<String> names = new LinkedHashSet<>();
    for (Part part : parts) {
      if (part instanceof Column column) {
        names.add(column.name());
      }
    }
    return names;
  }

  /**
   * The rendered text as an SQL expression over the row {@code s}; null columns render as nothing.
   */
  public String sql() {
    if (parts.size() == 1 && parts.get(0) instanceof Column column) {
      return reference(column.name()) + "::text";
    }
    return parts.stream()
        .map(
            part ->
                part instanceof Column column
                    ? reference(column.name()) + "::text"
                    : SqlName.literal(((Literal) part).text()))
        .collect(Collectors.joining(", ", "concat(", ")"));
  }

  /**
   * Whether a row has any text, as an SQL condition over the row {@code s}. Regular expressions
   * refuse nondeterministic collations, so the column's own is set aside.
   */
  public String hasTextSql() {
    return columns().stream()
        .map(name -> "(" + reference(name) + "::text) collate \"default\" ~ '\\S'")
        .collect(Collectors.joining(" or ", "(", ")"));
  }

  private static String reference(String column) {
    return "s." + SqlName.quote(column);
  }

  /** The template as written. */
  @Override
  public String toString() {
    return written;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TextTemplate that && that.written.equals(written);
  }

  @Override
  public int hashCode() {
    return written.hashCode();
  }
}
