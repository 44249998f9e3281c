package dev.vectorkeeper.capture;

import dev.vectorkeeper.postgres.Ddl;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.Source;
import dev.vectorkeeper.source.SourceDefinition.Changes;
import dev.vectorkeeper.source.SourceTable;
import dev.vectorkeeper.source.SourceTable.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/**
 * Installs and removes the capture of one source: its change log, its trigger functions and its
 * triggers.
 */
public final class Capture {
  private static final List<String> EVENTS = Changes.EVENTS;

  private static final String LOG =
      """
      create table if not exists {log} ({keys}, logged_at timestamptz not null default clock_timestamp())
      with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
            autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000)
      """;

  private static final String PARTITIONS =
      """
      select n.nspname, c.relname from pg_partition_tree(cast(:relation as oid)::regclass) t
      join pg_class c on c.oid = t.relid join pg_namespace n on n.oid = c.relnamespace
      where c.oid <> cast(:relation as oid) and c.relkind in ('r', 'p')
      """;

  /** Triggers that call a function of the source's under another name than is wanted for it. */
  private static final String RENAMED =
      """
      select format('drop trigger %I on %s', t.tgname, t.tgrelid::regclass)
      from pg_trigger t
      join pg_proc f on f.oid = t.tgfoid
      join pg_namespace n on n.oid = f.pronamespace and n.nspname = 'vectorkeeper'
      where t.tgparentid = 0 and f.proname = any (:functions)
        and (t.tgrelid = cast(:relation as oid)
          or t.tgrelid in (select relid from pg_partition_tree(cast(:relation as oid)::regclass)))
        and (f.proname, t.tgname) not in (select w.f, w.n from unnest(:functions, :names) w(f, n))
      """;

  private static final String BYTES_CHANGED =
      "row(old.%1$s)::record operator(pg_catalog.*<>) row(new.%1$s)::record";

  private final Source source;
  private final SourceTable table;
  private final List<Column> captured;
  private final List<String> vectorColumns;
  private final CaptureFunctions functions;

  /**
   * The capture of a source.
   *
   * @param captured the columns that its text and filter depend on
   * @param vectorColumns the columns that hold its vectors, where collections are placed so
   */
  public Capture(
      Source source, SourceTable table, List<Column> captured, List<String> vectorColumns) {
    this.vectorColumns = List.copyOf(vectorColumns);
    this.source = source;
    this.table = table;
    this.captured = captured;
    this.functions = new CaptureFunctions(source, table);
  }

  /** Makes the log and the functions; touches nothing of the user's. */
  public void prepare(Handle handle) {
    Ddl.run(
        handle,
        SqlText.of(LOG)
            .with("log", source.changeLog())
            .with("keys", source.keys().declarations())
            .sql());
    functionBodies().forEach(body -> Ddl.run(handle, body));
  }

  private Stream<String> functionBodies() {
    Stream<String> always =
        Stream.of(
            functions.row("update", "new"), functions.row("rekey", "old"), functions.truncate());
    Stream<String> bulk =
        byRow()
            ? Stream.of(functions.row("insert", "new"), functions.row("delete", "old"))
            : Stream.of(functions.rows("insert", "new_rows"), functions.rows("delete", "old_rows"));
    return Stream.concat(always, bulk);
  }

  /**
   * Whether every event needs row triggers: a statement trigger on a partitioned root misses writes
   * that name a partition, and logical replication fires row triggers only (postgres-facts 2 and
   * 7).
   */
  private boolean byRow() {
    return table.facts().partitioned() || table.facts().subscribed();
  }

  /**
   * Hangs the triggers on the user's table. Those that are there already are replaced: to drop one
   * would wait for every reader of the table and hold up the next. Only those go whose names are
   * others now.
   */
  public void hang(Handle handle) {
    dropRenamed(handle);
    triggers(handle).forEach(statement -> Ddl.run(handle, statement));
  }

  private void dropRenamed(Handle handle) {
    handle
        .createQuery(RENAMED)
        .bind("relation", table.relation())
        .bindArray("functions", String.class, functionsByEvent())
        .bindArray("names", String.class, EVENTS.stream().map(source::trigger).toList())
        .mapTo(String.class)
        .list()
        .forEach(statement -> Ddl.run(handle, statement));
  }

  private List<String> functionsByEvent() {
    return EVENTS.stream()
        .map(event -> functions.name(event.equals("vector") ? "update" : event).name())
        .toList();
  }

  private List<String> triggers(Handle handle) {
    List<String> statements = new ArrayList<>();
    String on = " on " + table.name().sql();
    statements.add(
        create(
            "update",
            "after update" + of(watched()) + on,
            "row when (" + changed(watched()) + ")",
            "update"));
    statements.add(
        create(
            "rekey",
            "after update" + of(keyColumns()) + on,
            "row when (" + changed(keyColumns()) + ")",
            "rekey"));
    if (!vectorColumns.isEmpty()) {
      statements.add(vectorTrigger(on));
    }
    if (byRow()) {
      statements.add(create("insert", "after insert" + on, "row", "insert"));
      statements.add(create("delete", "after delete" + on, "row", "delete"));
    } else {
      statements.add(
          create(
              "insert",
              "after insert" + on + " referencing new table as new_rows",
              "statement",
              "insert"));
      statements.add(
          create(
              "delete",
              "after delete" + on + " referencing old table as old_rows",
              "statement",
              "delete"));
    }
    statements.add(create("truncate", "after truncate" + on, "statement", "truncate"));
    for (SqlName partition : partitions(handle)) {
      statements.add(
          create("truncate", "after truncate on " + partition.sql(), "statement", "truncate"));
    }
    if (table.facts().subscribed()) {
      statements.add(
          Stream.of("update", "rekey", "insert", "delete")
              .map(event -> "enable always trigger " + SqlName.quote(source.trigger(event)))
              .collect(Collectors.joining(", ", "alter table " + table.name().sql() + " ", "")));
    }
    return statements;
  }

  private String vectorTrigger(String on) {
    String names =
        vectorColumns.stream().map(SqlName::quote).collect(Collectors.joining(", ", " of ", ""));
    String changed =
        vectorColumns.stream()
            .map(SqlName::quote)
            .map(BYTES_CHANGED::formatted)
            .collect(Collectors.joining(" or "));
    return create(
        "vector",
        "after update" + names + on,
        "row when (pg_catalog.current_setting('vectorkeeper.writing', true) is distinct from 'on' and ("
            + changed
            + "))",
        "update");
  }

  /** The statements that leave a trigger on those columns alone that still hold vectors. */
  public static List<String> vectors(Source source, SourceTable table, List<String> columns) {
    String on = " on " + table.name().sql();
    String drop = "drop trigger if exists " + SqlName.quote(source.trigger("vector")) + on;
    return columns.isEmpty()
        ? List.of(drop)
        : List.of(drop, new Capture(source, table, List.of(), columns).vectorTrigger(on));
  }

  private String create(String event, String when, String each, String function) {
    return "create or replace trigger "
        + SqlName.quote(source.trigger(event))
        + " "
        + when
        + " for each "
        + each
        + " execute function "
        + functions.name(function).sql()
        + "()";
  }

  /**
   * Left out where a BEFORE trigger may change a column that the statement does not name
   * (postgres-facts 6).
   */
  private String of(Stream<Column> columns) {
    if (table.facts().beforeUpdate()) {
      return "";
    }
    return columns
        .map(column -> SqlName.quote(column.name()))
        .collect(Collectors.joining(", ", " of ", ""));
  }

  /**
   * Where equal values may differ in their text (1.0 and 1.00), or the type knows no equality, the
   * stored bytes are compared: that never fails and runs nothing of the user's.
   */
  private static String changed(Stream<Column> columns) {
    return columns
        .map(
            column -> {
              String name = SqlName.quote(column.name());
              String form =
                  column.comparable() ? "old.%1$s is distinct from new.%1$s" : BYTES_CHANGED;
              return form.formatted(name);
            })
        .collect(Collectors.joining(" or "));
  }

  private Stream<Column> watched() {
    return Stream.concat(keyColumns(), captured.stream()).distinct();
  }

  private Stream<Column> keyColumns() {
    return table.key().stream();
  }

  private List<SqlName> partitions(Handle handle) {
    if (!table.facts().partitioned()) {
      return List.of();
    }
    return handle
        .createQuery(PARTITIONS)
        .bind("relation", table.relation())
        .map((row, context) -> new SqlName(row.getString(1), row.getString(2)))
        .list();
  }
}
