package dev.vectorkeeper.importing;

import dev.vectorkeeper.source.SourceTable;
import dev.vectorkeeper.source.SourceTable.Column;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** The columns of a table that may hold what people read. */
final class TextColumns {
  private static final Pattern TEXT =
      Pattern.compile("text|character varying.*|citext|.*\\.citext");

  /** What names things rather than tells of them. */
  private static final Pattern LABEL =
      Pattern.compile(
          "(.*_)?(id|uuid|key|hash|url|uri|link|slug|email|phone|path|file|filename|image|status|state|type|kind"
              + "|category|lang|language|locale|currency|country|city|zip|code|sku|token|secret|password|mime|color"
              + "|colour|unit|tag|tags|error|error_message|source|author|username|device|severity|level)");

  private TextColumns() {}

  static boolean isText(String type) {
    return TEXT.matcher(type).matches();
  }

  /** Those that may hold a text, in the table's order. */
  static List<String> of(SourceTable table) {
    return table.columns().stream()
        .filter(column -> isText(column.type()))
        .filter(column -> table.key().stream().noneMatch(k -> k.position() == column.position()))
        .map(Column::name)
        .filter(name -> !Models.isOne(name))
        .filter(name -> !LABEL.matcher(name.toLowerCase(Locale.ROOT)).matches())
        .filter(name -> name.indexOf('{') < 0 && name.indexOf('}') < 0 && name.equals(name.strip()))
        .toList();
  }
}
