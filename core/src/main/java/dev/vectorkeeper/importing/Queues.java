package dev.vectorkeeper.importing;

import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.source.SourceTable;
import dev.vectorkeeper.source.SourceTable.Column;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Finds hand-made queues: a table that names the rows of another, when each was processed, and with
 * which error.
 */
final class Queues {
  private static final List<String> DONE =
      List.of("processed_at", "completed_at", "finished_at", "done_at");
  private static final List<String> ERROR =
      List.of("error_message", "last_error", "error", "error_text");
  private static final List<String> TRIES =
      List.of("retry_count", "retries", "attempts", "attempt_count");

  private static final String TABLES =
      """
      select c.oid::bigint from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and n.nspname not in ('information_schema', 'vectorkeeper') and n.nspname not like 'pg\\_%'
        and has_table_privilege(c.oid, 'select') and has_schema_privilege(n.oid, 'usage')
        and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = any (cast(:done as text[])) and not a.attisdropped)
        and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = any (cast(:error as text[])) and not a.attisdropped)
      order by n.nspname, c.relname
      """;

  private static final String COUNTS =
      """
      select count(*) filter (where {done} is null), count(*) filter (where {done} is null and ({error} is not null or {tries} > 0)),
             count(*) filter (where {done} is not null and {error} is not null)
      from {table}
      """;

  private static final String REASONS =
      """
      select count(*) || ' times: ' || left(regexp_replace({error}::text, '\\s+', ' ', 'g'), 120)
      from {table} where {done} is not null and {error} is not null group by {error}::text order by count(*) desc, 1 limit 3
      """;

  private final Handle handle;
  private final List<SourceTable> candidates;

  Queues(Handle handle) {
    this.handle = handle;
    this.candidates =
        handle
            .createQuery(TABLES)
            .bindArray("done", String.class, DONE)
            .bindArray("error", String.class, ERROR)
            .mapTo(Long.class)
            .list()
            .stream()
            .map(relation -> SourceTable.find(handle, relation).orElseThrow())
            .toList();
  }

  /** The queue of a table's rows, if there is one. */
  Optional<Queue> of(SourceTable rows, String source) {
    if (rows.key().size() != 1) {
      return Optional.empty();
    }
    for (SourceTable queue : candidates) {
      Optional<Link> link =
          new Links(handle)
              .of(queue).stream().filter(l -> l.target().relation() == rows.relation()).findFirst();
      if (link.isPresent() && queue.relation() != rows.relation()) {
        return Optional.of(read(queue, link.get().columns().get(0), source));
      }
    }
    return Optional.empty();
  }

  private static Optional<String> column(SourceTable table, List<String> names) {
    return names.stream().filter(name -> table.column(name).isPresent()).findFirst();
  }

  private Queue read(SourceTable queue, String key, String source) {
    String doneName = column(queue, DONE).orElseThrow();
    String done = SqlName.quote(doneName);
    String error = SqlName.quote(column(queue, ERROR).orElseThrow());
    String tries =
        TRIES.stream()
            .flatMap(name -> queue.column(name).stream())
            .filter(column -> List.of("integer", "smallint", "bigint").contains(column.type()))
            .map(Column::name)
            .map(SqlName::quote)
            .findFirst()
            .orElse("0");
    List<String> reasons =
        handle.createQuery(filled(REASONS, queue, done, error, tries)).mapTo(String.class).list();
    String pendingKeys =
        "select "
            + Written.identifier(key)
            + " from "
            + Written.name(queue.name())
            + " where "
            + Written.identifier(doneName)
            + " is null";
    return handle
        .createQuery(filled(COUNTS, queue, done, error, tries))
        .map(
            (row, context) ->
                new Queue(
                    Written.name(queue.name()),
                    source,
                    pendingKeys,
                    row.getLong(1),
                    row.getLong(2),
                    row.getLong(3),
                    reasons))
        .one();
  }

  private static String filled(
      String query, SourceTable queue, String done, String error, String tries) {
    return Written.sql(
        query, "done", done, "error", error, "tries", tries, "table", queue.name().sql());
  }
}
