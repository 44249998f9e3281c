package dev.vectorkeeper.store;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Ddl;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.source.RowKeys;
import java.util.List;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * A table of the user's that holds vectors already and becomes a collection's, with its rows, its
 * index, its foreign key, its rights and its policies. Rows whose text is not known to be that of
 * their vector wait until they are adopted.
 */
public final class ExistingTable {
  private static final String PRESENT =
      """
      select exists (
        select from pg_class c where c.oid = to_regclass(:table)
          and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'content_hash'
                            and a.atttypid = 'bytea'::regtype and not a.attisdropped))
      """;

  /** What stands in the way, a sentence each. */
  private static final String WRONG =
      """
      with t as (select c.* from pg_class c where c.oid = to_regclass(:table)),
      wanted as (select w.name, w.type from unnest(cast(:names as text[]), cast(:types as text[])) w(name, type)),
      known as (
        select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull and not a.atthasdef
                 and a.attidentity = '' and a.attgenerated = '' as needed, a.attgenerated, a.attnum
        from pg_attribute a join t on a.attrelid = t.oid where a.attnum > 0 and not a.attisdropped)
      select 'it is no plain table' from t where relkind <> 'r' or relispartition
      union all
      select 'this role does not own it; an administrator can grant that: grant '
             || quote_ident(pg_get_userbyid(relowner)) || ' to ' || quote_ident(current_user) || ';'
      from t where not pg_has_role(relowner, 'usage')
      union all
      select 'its row level security holds for its owner, too; take that back first: alter table '
             || oid::regclass || ' no force row level security;' from t where relforcerowsecurity
      union all
      select 'its vectors are not in a column named embedding' from t
      where not exists (select from known k where k.name = 'embedding')
      union all
      select 'it has no column ' || quote_ident(w.name) || ' of type ' || w.type
      from wanted w where not exists (select from known k where k.name = w.name and k.type = w.type)
      union all
      select 'no primary key or unique index of it is on ' || (select string_agg(quote_ident(name), ', ') from wanted) || ' alone'
      where not exists (
        select from pg_index i join t on i.indrelid = t.oid
        where i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null and i.indimmediate
          and i.indnkeyatts = (select count(*) from wanted)
          and not exists (
            select from unnest(i.indkey::int2[]) with ordinality p(attnum, ord)
            join known k on k.attnum = p.attnum
            where p.ord <= i.indnkeyatts and k.name not in (select name from wanted)))
      union all
      select 'its column ' || quote_ident(k.name) || ' takes no null and has no default'
      from known k where k.needed and k.name <> 'embedding' and k.name not in (select name from wanted)
      union all
      select 'its column ' || quote_ident(k.name) || ' is of type ' || k.type
      from known k
      where k.name = 'content_hash' or k.name = 'truncated' and k.type <> 'boolean' or k.name = 'created_at' and k.type not like 'timestamp%'
        or k.name in ('embedding', 'truncated', 'created_at') and k.attgenerated <> ''
      """;

  private ExistingTable() {}

  /** Whether there is such a table and it is not Vectorkeeper's yet. */
  public static boolean isPresent(Handle handle, SqlName table) {
    return handle.createQuery(PRESENT).bind("table", table.sql()).mapTo(Boolean.class).one();
  }

  /** Why a table cannot become a collection's; empty where it can. */
  public static List<String> hindrances(Handle handle, SqlName table, RowKeys keys) {
    return handle
        .createQuery(WRONG)
        .bind("table", table.sql())
        .bindArray("names", String.class, keys.columns().stream().map(c -> c.target()).toList())
        .bindArray("types", String.class, keys.columns().stream().map(c -> c.type()).toList())
        .mapTo(String.class)
        .list();
  }

  /**
   * Fails where a table cannot become a collection's.
   *
   * @param keys the source's key
   * @throws VectorkeeperException VK-S16 with every reason
   */
  public static void require(Handle handle, SqlName table, RowKeys keys) {
    List<String> wrong = hindrances(handle, table, keys);
    if (!wrong.isEmpty()) {
      throw new VectorkeeperException(
          "VK-S16",
          "The table %s cannot become the collection's: %s. Leave \"existing: adopt\" out, name another table, and take the vectors over with \"vectorkeeper adopt --from\"."
              .formatted(table, String.join("; ", wrong)));
    }
  }

  /** Adds what a collection's table has beside keys and vectors. */
  static void take(Handle handle, SqlName table) {
    Ddl.run(
        handle,
        List.of(
                "content_hash bytea",
                "truncated boolean not null default false",
                "created_at timestamptz not null default now()")
            .stream()
            .map(column -> "add column if not exists " + column)
            .collect(Collectors.joining(", ", "alter table " + table.sql() + " ", "")));
  }

  /** Whether a collection's table has rows that wait to be adopted. */
  public static boolean waits(Handle handle, Collection collection) {
    return handle
        .createQuery(
            "select exists (select from "
                + collection.table().sql()
                + " where content_hash is null)")
        .mapTo(Boolean.class)
        .one();
  }
}
