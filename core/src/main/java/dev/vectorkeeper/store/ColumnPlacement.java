package dev.vectorkeeper.store;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Ddl;
import dev.vectorkeeper.postgres.Server;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.RowKeys;
import dev.vectorkeeper.source.SourceTable;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * A collection whose vectors are in a column of the user's table: the column where it is missing, a
 * side table in the catalog, and a view that reads like a collection's table.
 */
public final class ColumnPlacement {
  private static final String SIDE =
      """
      create table if not exists {side} (
        {declarations},
        content_hash bytea not null,
        vector_hash bytea not null,
        truncated boolean not null default false,
        kept boolean not null default false,
        created_at timestamptz not null default now(),
        primary key ({names})
      )
      """;

  private static final String VIEW =
      """
      create or replace view {view} with (security_invoker = true) as
      select {keys}, t.{column} as embedding, c.content_hash, coalesce(c.truncated, false) as truncated, c.created_at
      from {table} t left join {side} c on {same}
      where t.{column} is not null
      """;

  private static final String CELLS =
      """
      create or replace view {cells} with (security_invoker = true) as
      select {keys}, t.{column} as embedding from {table} t
      """;

  private static final String POLICY =
      """
      create policy vectorkeeper_follows_source on {side}
      using ((select true from {table} s where {same}))
      """;

  private static final String TYPE =
      """
      select format_type(a.atttypid, a.atttypmod) || case when a.attgenerated <> '' then ' generated' else '' end
      from pg_attribute a where a.attrelid = cast(:relation as oid) and a.attname = :column and not a.attisdropped
      """;

  private static final String TRIGGERS =
      """
      select t.tgname from pg_trigger t
      where t.tgrelid = cast(:relation as oid) and not t.tgisinternal and t.tgenabled <> 'D' and t.tgtype & 16 = 16
        and not exists (
          select from pg_proc f join pg_namespace m on m.oid = f.pronamespace
          where f.oid = t.tgfoid and m.nspname = 'vectorkeeper')
        and (cardinality(t.tgattr::int2[]) = 0 or (
          select a.attnum from pg_attribute a where a.attrelid = t.tgrelid and a.attname = :column) = any (t.tgattr::int2[]))
      order by 1
      """;

  private static final String MAY =
      """
      select array_to_string(array[
        case when not has_table_privilege(c.oid, 'update') then format('grant update on %s to %I', c.oid::regclass, current_user) end,
        case when not pg_has_role(c.relowner, 'usage') then format('grant %I to %I', pg_get_userbyid(c.relowner), current_user) end
      ], '; ') from pg_class c where c.oid = cast(:relation as oid)
      """;

  private final Collection collection;
  private final Server server;

  public ColumnPlacement(Collection collection, Server server) {
    this.collection = collection;
    this.server = server;
  }

  /**
   * Fails where vectors of so many dimensions cannot be kept in a column of a table.
   *
   * @return whether the column is there already
   * @throws VectorkeeperException VK-S15
   */
  public static boolean require(
      Handle handle, String source, SourceTable table, String column, int dimensions) {
    if (table.facts().partitioned()) {
      throw impossible(
          source,
          column,
          "%s is partitioned, and an index on it cannot be built while it is written to"
              .formatted(table.name()));
    }
    String missing =
        handle
            .createQuery(MAY)
            .bind("relation", table.relation())
            .mapTo(String.class)
            .findOne()
            .orElse("");
    if (!missing.isEmpty()) {
      throw impossible(
          source,
          column,
          "this role lacks rights on %s. An administrator can grant them: %s;"
              .formatted(table.name(), missing));
    }
    Optional<String> type =
        handle
            .createQuery(TYPE)
            .bind("relation", table.relation())
            .bind("column", column)
            .mapTo(String.class)
            .findOne();
    String last = type.map(t -> t.substring(t.lastIndexOf('.') + 1)).orElse("");
    if (type.isPresent() && !last.equals("vector(" + dimensions + ")")) {
      throw impossible(
          source,
          column,
          "it is of type %s, and the profile makes vectors of %d dimensions"
              .formatted(type.get(), dimensions));
    }
    return type.isPresent();
  }

  /** The user's own triggers that fire when a vector is written. */
  public static List<String> triggers(Handle handle, SourceTable table, String column) {
    return handle
        .createQuery(TRIGGERS)
        .bind("relation", table.relation())
        .bind("column", column)
        .mapTo(String.class)
        .list();
  }

  private static VectorkeeperException impossible(String source, String column, String why) {
    return new VectorkeeperException(
        "VK-S15",
        "The source %s cannot keep its vectors in the column %s: %s."
            .formatted(source, column, why));
  }

  /**
   * Adds a column to the user's table where it is missing, which locks the table for a moment. In a
   * transaction of its own nobody who is kept waiting can wait for anything else of it.
   */
  public static void addColumn(
      Handle handle, Server server, SqlName table, String column, int dimensions) {
    Ddl.calm(handle, table);
    Ddl.run(
        handle,
        "alter table "
            + table.sql()
            + " add column if not exists "
            + SqlName.quote(column)
            + " "
            + server.vectorType()
            + "("
            + dimensions
            + ")");
  }

  /** The table with a row for each vector in a collection's column; its keys are k1, k2, … */
  public static SqlName side(Collection collection) {
    return ColumnStore.side(collection);
  }

  /** Makes what stands beside the column; the column is there. */
  public void create(Handle handle, SourceTable table) {
    RowKeys keys = collection.source().keys();
    String name = collection.column().orElseThrow();
    String column = SqlName.quote(name);
    SqlName side = ColumnStore.side(collection);
    Ddl.run(
        handle,
        SqlText.of(SIDE)
            .with("side", side)
            .with("declarations", notNull(keys))
            .with("names", keys.list(""))
            .sql());
    Ddl.run(
        handle,
        "create index if not exists "
            + SqlName.quote(side.name() + "_content_hash_idx")
            + " on "
            + side.sql()
            + " using hash (content_hash)");
    Ddl.run(
        handle,
        SqlText.of(VIEW)
            .with("view", collection.table())
            .with(
                "keys",
                keys.join(
                    ", ",
                    i ->
                        "t."
                            + SqlName.quote(keys.columns().get(i - 1).name())
                            + " as "
                            + SqlName.quote(keys.columns().get(i - 1).target())))
            .with("column", column)
            .with("table", table.name())
            .with("side", side)
            .with("same", same(keys, "t", "c"))
            .sql());
    Ddl.run(
        handle,
        SqlText.of(CELLS)
            .with("cells", ColumnStore.cells(collection))
            .with(
                "keys",
                keys.join(
                    ", ",
                    i -> "t." + SqlName.quote(keys.columns().get(i - 1).name()) + " as k" + i))
            .with("column", column)
            .with("table", table.name())
            .sql());
    Grants.copy(handle, table.relation(), side);
    Grants.copy(handle, table.relation(), collection.table());
    if (table.facts().rowSecurity()) {
      Ddl.run(handle, "alter table " + side.sql() + " enable row level security");
      Ddl.run(handle, "drop policy if exists vectorkeeper_follows_source on " + side.sql());
      Ddl.run(
          handle,
          SqlText.of(POLICY)
              .with("side", side)
              .with("table", table.name())
              .with("same", same(keys, "s", side.sql()))
              .sql());
    }
  }

  private static String notNull(RowKeys keys) {
    return keys.join(", ", i -> "k" + i + " " + keys.columns().get(i - 1).type() + " not null");
  }

  private static String same(RowKeys keys, String row, String side) {
    return keys.join(
        " and ",
        i -> side + ".k" + i + " = " + row + "." + SqlName.quote(keys.columns().get(i - 1).name()));
  }

  /** Drops the view that reads like a collection's table. */
  public void dropView(Handle handle) {
    Ddl.run(handle, "drop view if exists " + collection.table().sql());
  }

  /**
   * Drops what only workers read, who lock the user's table first. The column stays with what is in
   * it: it is the user's, and something of theirs may read it.
   */
  public void drop(Handle handle) {
    Ddl.run(handle, "drop view if exists " + ColumnStore.cells(collection).sql());
    Ddl.run(handle, "drop table if exists " + ColumnStore.side(collection).sql());
  }
}
