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
 */
final class CaptureFunctions {
  private static final String FRAME =
      """
      create or replace function {function}() returns trigger
      language plpgsql security definer set search_path = pg_catalog, pg_temp as $capture$
      declare
        names name[];
      begin
        if {unrenamed} then
          {fast}
        else
          select array_agg(a.attname order by p.ord) into names
          from unnest(array[{positions}]::int2[]) with ordinality p(num, ord)
          join pg_attribute a on a.attrelid = {relation} and a.attnum = p.num and not a.attisdropped
          where {relation} in (tg_relid, pg_partition_root(tg_relid)::oid);
          if names is null then
            select array_agg(a.attname order by d.ord) into names
            from unnest(array[{declared}]::name[], array[{types}]::text[]) with ordinality d(name, type, ord)
            join pg_attribute a on a.attrelid = tg_relid and a.attname = d.name and not a.attisdropped
              and format_type(a.atttypid, a.atttypmod) = d.type;
          end if;
          if cardinality(names) = {count} then
            {renamed}
          else
            insert into {log} (k1) values (null);
          end if;
        end if;
        {wake}
        return null;
      end $capture$
      """;

  private static final String PLAIN =
      """
      create or replace function {function}() returns trigger
      language plpgsql security definer set search_path = pg_catalog, pg_temp as $capture$
      begin
        {body}
        {wake}
        return null;
      end $capture$
      """;

  /**
   * A transaction that has notified cannot be prepared, so where two-phase commit is in use nobody
   * notifies.
   */
  private static final String WAKE =
      """
      if current_setting('max_prepared_transactions') = '0'
          and exists (select from vectorkeeper.idle_worker where idle_until > clock_timestamp()) then
          perform pg_notify('vectorkeeper', '%d');
        end if;""";

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
    String insert = "insert into " + source.changeLog().sql() + " (" + keys.list("") + ") ";
    return frame(
        event,
        insert + "select " + columns("r") + " from " + transition + " r;",
        "execute format('"
            + insert
            + "select "
            + holes("r.%I")
            + " from "
            + transition
            + " r', "
            + names()
            + ");",
        wake());
  }

  /** One row trigger's function that logs the key of {@code new} or {@code old}. */
  String row(String event, String record) {
    return frame(event, insertValues(record), insertRenamed(record), "");
  }

  /**
   * The row trigger's function for updates: the new key, and the old one where the key itself
   * changed.
   */
  String update() {
    return frame(
        "update",
        insertValues("new")
            + "\n    if ("
            + columns("old")
            + ") is distinct from ("
            + columns("new")
            + ") then\n      "
            + insertValues("old")
            + "\n    end if;",
        insertRenamed("new") + "\n      " + insertRenamed("old"),
        "");
  }

  /** The function for truncate: no key stands for "look at everything". */
  String truncate() {
    return plain("truncate", "insert into " + source.changeLog().sql() + " (k1) values (null);");
  }

  /** The function that only wakes idle workers, once a statement, beside row triggers. */
  String wakeOnly() {
    return plain("wake", "");
  }

  private String frame(String event, String fast, String renamed, String wake) {
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
        .with("count", Integer.toString(keys.columns().size()))
        .with("renamed", renamed)
        .with("log", source.changeLog())
        .with("wake", wake)
        .sql();
  }

  private String plain(String event, String body) {
    return SqlText.of(PLAIN)
        .with("function", name(event))
        .with("body", body)
        .with("wake", wake())
        .sql();
  }

  /** Nobody drains other sources of himself, so that nobody is to be woken for their changes. */
  private String wake() {
    return source.sync() == Sync.REALTIME ? WAKE.formatted(source.id()) : "";
  }

  /**
   * One catalog cache look-up a key column; tried: about 2 microseconds, where an exception block
   * takes a subtransaction.
   */
  private String unrenamed() {
    return keys.join(
        " and ",
        i ->
            "pg_get_indexdef("
                + table.keyIndex()
                + ", "
                + i
                + ", false) = quote_ident("
                + SqlName.literal(keys.columns().get(i - 1).name())
                + ")");
  }

  private String insertValues(String record) {
    return "insert into "
        + source.changeLog().sql()
        + " ("
        + keys.list("")
        + ") values ("
        + columns(record)
        + ");";
  }

  private String insertRenamed(String record) {
    return "execute format('insert into "
        + source.changeLog().sql()
        + " ("
        + keys.list("")
        + ") select "
        + holes("($1).%I")
        + "', "
        + names()
        + ") using "
        + record
        + ";";
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
