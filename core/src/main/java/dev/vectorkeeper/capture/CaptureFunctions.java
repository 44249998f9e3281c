package dev.vectorkeeper.capture;

import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.RowKeys;
import dev.vectorkeeper.source.Source;
import dev.vectorkeeper.source.SourceDefinition.Sync;
import dev.vectorkeeper.source.SourceTable;

/**
 * The trigger functions of one source. They run with the rights of Vectorkeeper's role, touch the
 * change log only and evaluate nothing of the user's. A key column that was renamed is found again
 * by its number; in a table that was restored from a dump, where all numbers differ, by its name;
 * and one that was dropped makes them ask for a sweep: an application's write never fails because
 * of them.
 *
 * <p>Every name and operator in them is qualified, so that no search path of a writer's can lead
 * them astray. To pin the path as well was tried: it took a short transaction of the application's
 * as long again as all that they do; see docs/design-decisions.md.
 */
final class CaptureFunctions {
  private static final String FRAME =
      """
      create or replace function {function}() returns trigger
      language plpgsql security definer as $capture$
      declare
        names pg_catalog.name[];
      begin
        if {unrenamed} then
          {fast}
        else
          names := vectorkeeper.names_now(tg_relid, {relation}, array[{positions}]::pg_catalog.int2[],
            array[{declared}]::pg_catalog.name[], array[{types}]::pg_catalog.text[]);
          if names is not null then
            {byName}
          else
            insert into {log} (k1, logged_at) values (null, {loggedAt});
          end if;
        end if;
        return null;
      end $capture$
      """;

  private static final String PLAIN =
      """
      create or replace function {function}() returns trigger
      language plpgsql security definer as $capture$
      begin
        {body}
        return null;
      end $capture$
      """;

  /**
   * The time; on the way, once a statement, idle workers are notified. Tried: as a statement of its
   * own it cost a writer twice as much.
   */
  private static final String WAKE =
      """
      (select case when exists (select from vectorkeeper.idle_worker where idle_until operator(pg_catalog.>) pg_catalog.clock_timestamp())
              then vectorkeeper.wake(%d) else pg_catalog.clock_timestamp() end)""";

  private final Source source;
  private final SourceTable table;
  private final RowKeys keys;

  CaptureFunctions(Source source, SourceTable table) {
    this.source = source;
    this.table = table;
    this.keys = source.keys();
  }

  SqlName name(String event) {
    return SqlName.catalog("capture_" + source.id() + "_" + event);
  }

  /**
   * One statement trigger's function over a transition table, the cheapest form for many rows at
   * once.
   */
  String rows(String event, String transition) {
    return frame(
        event,
        insert() + "select " + columns("r") + ", " + loggedAt() + " from " + transition + " r;",
        "execute pg_catalog.format("
            + SqlName.literal(
                insert()
                    + "select "
                    + holes("r.%I")
                    + ", "
                    + loggedAt()
                    + " from "
                    + transition
                    + " r")
            + ", "
            + names()
            + ");");
  }

  /** One row trigger's function that logs the key of {@code new} or {@code old}. */
  String row(String event, String record) {
    return frame(
        event,
        insert() + "values (" + columns(record) + ", " + loggedAt() + ");",
        "execute pg_catalog.format("
            + SqlName.literal(insert() + "select " + holes("($1).%I") + ", " + loggedAt())
            + ", "
            + names()
            + ") using "
            + record
            + ";");
  }

  /** The function for truncate: no key stands for "look at everything". */
  String truncate() {
    return plain(
        "truncate",
        "insert into "
            + source.changeLog().sql()
            + " (k1, logged_at) values (null, "
            + loggedAt()
            + ");");
  }

  private String plain(String event, String body) {
    return SqlText.of(PLAIN).with("function", name(event)).with("body", body).sql();
  }

  private String frame(String event, String fast, String byName) {
    return SqlText.of(FRAME)
        .with("function", name(event))
        .with("unrenamed", unrenamed())
        .with("fast", fast)
        .with(
            "positions",
            keys.join(", ", i -> Integer.toString(keys.columns().get(i - 1).position())))
        .with("relation", Long.toString(table.relation()))
        .with("declared", keys.join(", ", i -> SqlName.literal(keys.columns().get(i - 1).name())))
        .with("types", keys.join(", ", i -> SqlName.literal(keys.columns().get(i - 1).type())))
        .with("byName", byName)
        .with("log", source.changeLog())
        .with("loggedAt", loggedAt())
        .sql();
  }

  private String insert() {
    return "insert into " + source.changeLog().sql() + " (" + keys.list("") + ", logged_at) ";
  }

  /** Nobody drains other sources of himself, so that nobody is to be woken for their changes. */
  private String loggedAt() {
    return source.sync() == Sync.REALTIME
        ? WAKE.formatted(source.id())
        : "pg_catalog.clock_timestamp()";
  }

  /**
   * One catalog cache look-up a key column; tried: about 2 microseconds, where an exception block
   * takes a subtransaction, and a function bound to the column would forbid the user to rewrite the
   * table.
   */
  private String unrenamed() {
    return keys.join(
        " and ",
        i ->
            "pg_catalog.pg_get_indexdef("
                + table.keyIndex()
                + ", "
                + i
                + ", false) operator(pg_catalog.=) pg_catalog.quote_ident("
                + SqlName.literal(keys.columns().get(i - 1).name())
                + ")");
  }

  private String columns(String alias) {
    return keys.join(", ", i -> alias + "." + SqlName.quote(keys.columns().get(i - 1).name()));
  }

  private String holes(String piece) {
    return keys.join(", ", i -> piece);
  }

  private String names() {
    return keys.join(", ", i -> "names[" + i + "]");
  }
}
