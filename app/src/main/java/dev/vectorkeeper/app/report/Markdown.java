package dev.vectorkeeper.app.report;

import java.util.Collections;
import java.util.List;

/** Markdown as it is written, one paragraph or table after another. */
final class Markdown {
  private final StringBuilder out = new StringBuilder();

  Markdown heading(int level, String text) {
    return paragraph("#".repeat(level) + " " + text);
  }

  Markdown paragraph(String text) {
    out.append(out.isEmpty() ? "" : "\n").append(text).append('\n');
    return this;
  }

  Markdown list(List<String> entries) {
    return entries.isEmpty() ? this : paragraph("- " + String.join("\n- ", entries));
  }

  /** A table of texts; where there are no rows, nothing. */
  Markdown table(List<String> head, List<List<String>> rows) {
    if (rows.isEmpty()) {
      return this;
    }
    out.append('\n');
    row(head);
    row(Collections.nCopies(head.size(), "---"));
    rows.forEach(this::row);
    return this;
  }

  private void row(List<String> cells) {
    for (String cell : cells) {
      out.append("| ").append(cell.replace("|", "\\|").replaceAll("\\R", " ")).append(' ');
    }
    out.append("|\n");
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
