package dev.vectorkeeper.store;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.SqlName;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * How the table with a collection's vectors stands in the database, in PostgreSQL's own words.
 *
 * @param table the table, which is the source's own where a column of it holds the vectors
 * @param facts what it is made of, in the order of columns, constraints, indexes, row level
 *     security and its policies
 */
public record TableFacts(SqlName table, List<Fact> facts) {
  private static final String FACTS =
      """
      select kind, text from (
        select 1, a.attnum, 'column' as kind,
               quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
                 || case when a.attnotnull then ' not null' else '' end
                 || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') as text
        from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = to_regclass(:table) and a.attnum > 0 and not a.attisdropped
        union all
        select 2, row_number() over (order by contype desc, conname), 'constraint', pg_get_constraintdef(oid)
        from pg_constraint where conrelid = to_regclass(:table)
        union all
        select 3, row_number() over (order by indexrelid), 'index', pg_get_indexdef(indexrelid)
        from pg_index where indrelid = to_regclass(:table)
        union all
        select 4, 0, 'row level security', case when relrowsecurity then 'on' else 'off' end
        from pg_class where oid = to_regclass(:table)
        union all
        select 5, row_number() over (order by polname), 'policy',
               polname || coalesce(': ' || pg_get_expr(polqual, polrelid), '')
        from pg_policy where polrelid = to_regclass(:table)) found (part, place, kind, text)
      order by part, place
      """;

  /**
   * One thing that the table is made of.
   *
   * @param kind column, constraint, index, row level security or policy
   * @param text how PostgreSQL writes it
   */
  public record Fact(String kind, String text) {}

  /** Reads the facts of a collection's table. */
  public static TableFacts of(Handle handle, Collection collection) {
    SqlName table =
        collection.column().isPresent() ? collection.source().table() : collection.table();
    return new TableFacts(
        table,
        handle
            .createQuery(FACTS)
            .bind("table", table.sql())
            .map((row, context) -> new Fact(row.getString("kind"), row.getString("text")))
            .list());
  }
}
