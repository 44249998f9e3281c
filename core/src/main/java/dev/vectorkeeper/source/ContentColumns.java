package dev.vectorkeeper.source;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.SourceDefinition.Content;
import dev.vectorkeeper.source.SourceTable.Column;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * The columns that a row's text and filter depend on, as PostgreSQL itself understands the
 * expressions: found through the dependencies of a view that exists for a moment in a transaction
 * that is rolled back.
 */
public final class ContentColumns {
  private static final String PROBE =
      """
      create temporary view vectorkeeper_probe as
      select case when ({filter}
        ) and {hasText} then {text} end as content from {table} s
      """;

  private static final String DEPENDENCIES =
      """
      select d.refobjid::bigint as relation, d.refobjsubid as position,
             r.ev_action::text ~ ':varattno 0 |:hasSubLinks true|:hasWindowFuncs true' as more
      from pg_depend d
      join pg_rewrite r on r.oid = d.objid and d.classid = 'pg_rewrite'::regclass
      where r.ev_class = 'pg_temp.vectorkeeper_probe'::regclass
        and d.refclassid = 'pg_class'::regclass and d.refobjid <> r.ev_class
      """;

  private record Dependency(long relation, int position, boolean more) {}

  private ContentColumns() {}

  /**
   * Finds the columns; checks that text and filter are valid on the way.
   *
   * @throws VectorkeeperException VK-S06 for an unknown column, VK-S07 for a filter that PostgreSQL
   *     refuses, VK-S08 for one that looks at more than this row
   */
  public static List<Column> find(Handle handle, SourceTable table, Content content) {
    requireKnown(table, content.text());
    List<Dependency> found = probe(handle, table, content);
    for (Dependency dependency : found) {
      if (dependency.relation() != table.relation()) {
        throw new VectorkeeperException(
            "VK-S08",
            "The filter of %s reads another table, whose changes its triggers cannot see. Keep what it needs in a column of %s."
                .formatted(table.name(), table.name()));
      }
      if (dependency.more()) {
        throw new VectorkeeperException(
            "VK-S08",
            "The filter of %s refers to the whole row or to other rows; name the columns of the row that it needs."
                .formatted(table.name()));
      }
    }
    return table.columns().stream()
        .filter(column -> found.stream().anyMatch(d -> d.position() == column.position()))
        .toList();
  }

  private static void requireKnown(SourceTable table, TextTemplate text) {
    for (String name : text.columns()) {
      if (table.column(name).isEmpty()) {
        throw new VectorkeeperException(
            "VK-S06",
            "The text \"%s\" names the column \"%s\", which %s does not have; it has %s."
                .formatted(
                    text,
                    name,
                    table.name(),
                    table.columns().stream().map(Column::name).collect(Collectors.joining(", "))));
      }
    }
  }

  private static List<Dependency> probe(Handle handle, SourceTable table, Content content) {
    String view =
        SqlText.of(PROBE)
            .with("text", content.text().sql())
            .with("hasText", content.text().hasTextSql())
            .with("filter", content.where().orElse("true"))
            .with("table", table.name())
            .sql();
    try {
      handle.begin();
      try (Statement statement = handle.getConnection().createStatement()) {
        statement.execute(view);
        return handle
            .createQuery(DEPENDENCIES)
            .map(
                (row, context) ->
                    new Dependency(
                        row.getLong("relation"), row.getInt("position"), row.getBoolean("more")))
            .list();
      }
    } catch (SQLException e) {
      throw new VectorkeeperException(
          "VK-S07",
          "PostgreSQL does not accept the filter \"%s\" on %s: %s."
              .formatted(
                  content.where().orElse("(none)"),
                  table.name(),
                  String.valueOf(e.getMessage())
                      .replaceAll("\\s+", " ")
                      .replaceFirst("^ERROR: ", "")),
          e);
    } finally {
      handle.rollback();
    }
  }
}
