package dev.vectorkeeper.importing;

import dev.vectorkeeper.source.SourceTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads how a function of the user's joins columns to one text: {@code new.title || ' ' ||
 * coalesce(new.body, '')}, {@code concat(…)}, {@code concat_ws(…)}. What is not of such a simple
 * form is not read.
 */
final class Concatenation {
  private static final String COLUMN = "(?:\\w+\\s*\\.\\s*)?\"?(\\w+)\"?(?:\\s*::\\s*\\w+)?";
  private static final String LITERAL = "(E?)'((?:[^']|'')*)'";
  private static final String PART =
      "(?:coalesce\\s*\\(\\s*" + COLUMN + "\\s*,\\s*''\\s*\\)|" + LITERAL + "|" + COLUMN + ")";
  private static final Pattern ONE = Pattern.compile("(?i)" + PART);
  private static final Pattern JOINED =
      Pattern.compile("(?i)" + PART + "(?:\\s*\\|\\|\\s*" + PART + ")+");
  private static final Pattern CALLED =
      Pattern.compile(
          "(?i)\\bconcat(_ws)?\\s*\\(\\s*(" + PART + "(?:\\s*,\\s*" + PART + ")+)\\s*\\)");

  private final SourceTable table;

  Concatenation(SourceTable table) {
    this.table = table;
  }

  /** The template, where a function's text joins two of the table's columns or more. */
  Optional<String> in(String body) {
    Matcher joined = JOINED.matcher(body);
    while (joined.find()) {
      Optional<String> template = template(parts(joined.group()), "");
      if (template.isPresent()) {
        return template;
      }
    }
    Matcher called = CALLED.matcher(body);
    while (called.find()) {
      List<Part> parts = parts(called.group(2));
      boolean separated = called.group(1) != null && !parts.get(0).column();
      Optional<String> template =
          separated
              ? template(parts.subList(1, parts.size()), parts.get(0).text())
              : called.group(1) == null ? template(parts, "") : Optional.empty();
      if (template.isPresent()) {
        return template;
      }
    }
    return Optional.empty();
  }

  /** A piece of the text: a column's name, or what stands between columns. */
  private record Part(boolean column, String text) {}

  private static List<Part> parts(String expression) {
    List<Part> parts = new ArrayList<>();
    Matcher part = ONE.matcher(expression);
    while (part.find()) {
      if (part.group(3) != null) {
        String text = part.group(3).replace("''", "'");
        parts.add(
            new Part(
                false,
                part.group(2).isEmpty()
                    ? text
                    : text.replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\")));
      } else {
        parts.add(new Part(true, part.group(1) != null ? part.group(1) : part.group(4)));
      }
    }
    return parts;
  }

  private Optional<String> template(List<Part> parts, String between) {
    StringBuilder template = new StringBuilder();
    int columns = 0;
    for (Part part : parts) {
      if (!part.column()) {
        template.append(part.text().replace("{", "{{").replace("}", "}}"));
        continue;
      }
      Optional<String> name = named(part.text());
      if (name.isEmpty()) {
        return Optional.empty();
      }
      template.append(columns == 0 ? "" : between).append('{').append(name.get()).append('}');
      columns++;
    }
    return columns > 1 ? Optional.of(template.toString()) : Optional.empty();
  }

  private Optional<String> named(String column) {
    return table
        .column(column)
        .or(() -> table.column(column.toLowerCase(java.util.Locale.ROOT)))
        .filter(found -> TextColumns.isText(found.type()))
        .map(SourceTable.Column::name);
  }
}
