package dev.vectorkeeper.importing;

import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.source.SourceTable;
import dev.vectorkeeper.source.SourceTable.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/**
 * Finds which rows a table's rows belong to: by foreign keys to a primary key, else by a column
 * that is called after another table and holds values of its key.
 */
final class Links {
  private static final String DECLARED =
      """
      select k.confrelid::bigint as target, k.confdeltype::text = 'c' as cascades,
             array(select a.attname::text from pg_index i cross join lateral unnest(i.indkey::int2[]) with ordinality p(attnum, ord)
                   join unnest(k.conkey, k.confkey) as f(own, other) on f.other = p.attnum
                   join pg_attribute a on a.attrelid = k.conrelid and a.attnum = f.own
                   where i.indrelid = k.confrelid and i.indisprimary order by p.ord) as columns
      from pg_constraint k
      join pg_index r on r.indexrelid = k.conindid and r.indisprimary
      where k.contype = 'f' and k.conrelid = cast(:relation as oid) and k.confrelid <> k.conrelid
        and k.conparentid = 0
      order by k.conname
      """;

  /** Tables whose key is one column of that type and whose name has the word in it. */
  private static final String NAMED =
      """
      select c.oid::bigint as target
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      join pg_index i on i.indrelid = c.oid and i.indisprimary and i.indnkeyatts = 1
      join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
      where c.relkind in ('r', 'p') and not c.relispartition and c.oid <> cast(:relation as oid)
        and n.nspname not in ('information_schema', 'vectorkeeper') and n.nspname not like 'pg\\_%'
        and format_type(a.atttypid, a.atttypmod) = :type
        and strpos(lower(c.relname), :word) > 0 and has_table_privilege(c.oid, 'select')
      order by n.nspname <> :schema, lower(c.relname) not in (:word, :word || 's', :word || 'es'), length(c.relname), c.relname
      limit 3
      """;

  private static final String AGREES =
      """
      select count(*), count(*) filter (where exists (select from {target} t where t.{key} = v.{column}))
      from (select {column} from {table} where {column} is not null limit 1000) v
      """;

  /** The share of values that must be keys of the other table. */
  private static final double MOST = 0.95;

  private final Handle handle;

  Links(Handle handle) {
    this.handle = handle;
  }

  /** The references that are declared, then those that names and values suggest. */
  List<Link> of(SourceTable table) {
    List<Link> links = new ArrayList<>(declared(table));
    for (Column column : table.columns()) {
      boolean known = links.stream().anyMatch(link -> link.columns().contains(column.name()));
      if (!known) {
        suggested(table, column).ifPresent(links::add);
      }
    }
    return links;
  }

  private List<Link> declared(SourceTable table) {
    return handle
        .createQuery(DECLARED)
        .bind("relation", table.relation())
        .map(
            (row, context) ->
                new Link(
                    Stream.of((String[]) row.getArray("columns").getArray()).toList(),
                    SourceTable.find(handle, row.getLong("target")).orElseThrow(),
                    true,
                    row.getBoolean("cascades")))
        .list();
  }

  private Optional<Link> suggested(SourceTable table, Column column) {
    String word =
        column.name().replaceFirst("(_id|_uuid|_key|Id)$", "").toLowerCase(java.util.Locale.ROOT);
    if (word.equals(column.name()) || word.length() < 3) {
      return Optional.empty();
    }
    return handle
        .createQuery(NAMED)
        .bind("relation", table.relation())
        .bind("type", column.type())
        .bind("word", word)
        .bind("schema", table.name().schema())
        .mapTo(Long.class)
        .list()
        .stream()
        .map(target -> SourceTable.find(handle, target).orElseThrow())
        .filter(target -> agrees(table, column, target))
        .findFirst()
        .map(target -> new Link(List.of(column.name()), target, false, false));
  }

  private boolean agrees(SourceTable table, Column column, SourceTable target) {
    return handle
        .createQuery(
            Written.sql(
                AGREES,
                "target",
                target.name().sql(),
                "key",
                SqlName.quote(target.key().get(0).name()),
                "column",
                SqlName.quote(column.name()),
                "table",
                table.name().sql()))
        .map((row, context) -> row.getLong(1) > 0 && row.getLong(2) >= MOST * row.getLong(1))
        .one();
  }
}
