package dev.vectorkeeper.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.postgres.SqlName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * A user's table as PostgreSQL's catalogs describe it at this moment.
 *
 * @param relation its object identifier
 * @param name its qualified name
 * @param facts what kind of table it is and what this role may do with it
 * @param columns its columns in order
 * @param key the columns of its primary key, in the key's order
 * @param keyIndex the primary key's index by object identifier
 */
public record SourceTable(
    long relation,
    SqlName name,
    Facts facts,
    List<Column> columns,
    List<Column> key,
    long keyIndex) {

  /**
   * A column.
   *
   * @param name its name
   * @param position its attribute number
   * @param type its type with modifiers
   * @param comparable whether values that its type calls equal always have the same text
   */
  public record Column(String name, int position, String type, boolean comparable) {}

  /**
   * What kind of table it is.
   *
   * @param kind PostgreSQL's letter: r, p, v, m, f
   * @param inherited whether it is a parent by old-style inheritance
   * @param subscribed whether logical replication writes to it
   * @param rowSecurity whether row level security is on
   * @param beforeUpdate whether a row trigger before update may change what an update statement did
   *     not name
   * @param missingRights the rights that this role lacks, each as the statement that grants it
   * @param rows the planner's estimate of its rows
   */
  public record Facts(
      String kind,
      boolean inherited,
      boolean subscribed,
      boolean rowSecurity,
      boolean beforeUpdate,
      List<String> missingRights,
      long rows) {

    public boolean partitioned() {
      return kind.equals("p");
    }
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String FIND =
      """
      select c.oid::bigint as relation, n.nspname, c.relname, c.relkind::text as relkind,
             c.relkind = 'r' and c.relhassubclass
               and exists (select from pg_inherits i where i.inhparent = c.oid) as inherited,
             exists (select from pg_subscription_rel r where r.srrelid = c.oid) as subscribed,
             c.relrowsecurity, greatest(c.reltuples, 0)::bigint as rows,
             exists (select from pg_trigger t
                     where (t.tgrelid = c.oid
                         or c.relkind = 'p' and t.tgrelid in (select relid from pg_partition_tree(c.oid)))
                       and not t.tgisinternal and t.tgenabled <> 'D'
                       and t.tgtype & 1 = 1 and t.tgtype & 2 = 2 and t.tgtype & 16 = 16) as before_update,
             i.indexrelid::bigint as key_index,
             array_to_string(array[
               case when not has_table_privilege(c.oid, 'select') then
                 format('grant select on %s to %I', c.oid::regclass, current_user) end,
               case when not has_table_privilege(c.oid, 'trigger') then
                 format('grant trigger on %s to %I', c.oid::regclass, current_user) end,
               (select string_agg(format('grant trigger on %s to %I', t.relid::regclass, current_user), ';')
                from pg_partition_tree(c.oid) t join pg_class p on p.oid = t.relid
                where c.relkind = 'p' and t.relid <> c.oid and p.relkind in ('r', 'p')
                  and not has_table_privilege(t.relid, 'trigger')),
               (select string_agg(distinct format('grant usage on schema %I to %I', h.nspname, current_user), ';')
                from pg_partition_tree(c.oid) t join pg_class p on p.oid = t.relid
                join pg_namespace h on h.oid = p.relnamespace
                where c.relkind = 'p' and not has_schema_privilege(h.oid, 'usage')),
               case when not has_schema_privilege(n.oid, 'create') then
                 format('grant create on schema %I to %I', n.nspname, current_user) end,
               case when not has_database_privilege(current_database(), 'temporary') then
                 format('grant temporary on database %I to %I', current_database(), current_user) end
             ], ';') as missing,
             (select json_agg(json_build_object('name', a.attname, 'position', a.attnum,
                        'type', format_type(a.atttypid, a.atttypmod),
                        'comparable', a.attcollation not in (
                            select l.oid from pg_collation l where not l.collisdeterministic)
                          and (y.typtype = 'e' or coalesce(nullif(y.typbasetype, 0), y.oid) in (
                            'text'::regtype, 'varchar'::regtype, 'bpchar'::regtype, 'name'::regtype,
                            'boolean'::regtype, 'int2'::regtype, 'int4'::regtype, 'int8'::regtype,
                            'uuid'::regtype, 'date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype,
                            'bytea'::regtype)))
                      order by a.attnum)
                from pg_attribute a join pg_type y on y.oid = a.atttypid
                where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)::text as columns,
             i.indkey::smallint[] as key_positions
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      left join pg_index i on i.indrelid = c.oid and i.indisprimary
      where c.oid = %s
      """;

  /** The table of a name; a name without a schema is looked up in {@code public}. */
  public static Optional<SourceTable> find(Handle handle, SqlName name) {
    return find(handle, "to_regclass(:name)", name.orSchema("public").sql());
  }

  /** The table of an object identifier, whatever it is called now. */
  public static Optional<SourceTable> find(Handle handle, long relation) {
    return find(handle, "cast(:name as oid)", Long.toString(relation));
  }

  private static Optional<SourceTable> find(Handle handle, String which, String value) {
    return handle
        .createQuery(FIND.replace("= %s\n", "= " + which + "\n"))
        .bind("name", value)
        .map(
            (row, context) -> {
              List<Column> columns = columns(row.getString("columns"));
              java.sql.Array positions = row.getArray("key_positions");
              return new SourceTable(
                  row.getLong("relation"),
                  new SqlName(row.getString("nspname"), row.getString("relname")),
                  new Facts(
                      row.getString("relkind"),
                      row.getBoolean("inherited"),
                      row.getBoolean("subscribed"),
                      row.getBoolean("relrowsecurity"),
                      row.getBoolean("before_update"),
                      rights(row.getString("missing")),
                      row.getLong("rows")),
                  columns,
                  positions == null ? List.of() : key(columns, (Object[]) positions.getArray()),
                  row.getLong("key_index"));
            })
        .findOne();
  }

  private static List<String> rights(String joined) {
    return joined == null || joined.isEmpty() ? List.of() : List.of(joined.split(";"));
  }

  private static List<Column> columns(String json) {
    try {
      return json == null ? List.of() : JSON.readValue(json, new TypeReference<List<Column>>() {});
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Column> key(List<Column> columns, Object[] positions) {
    return java.util.Arrays.stream(positions)
        .map(position -> ((Number) position).intValue())
        .map(
            position ->
                columns.stream().filter(c -> c.position() == position).findFirst().orElseThrow())
        .toList();
  }

  /** The column of a name. */
  public Optional<Column> column(String columnName) {
    return columns.stream().filter(column -> column.name().equals(columnName)).findFirst();
  }

  /**
   * The table's key as the engine uses it.
   *
   * @param names the key columns' names in the collections' tables where they differ
   */
  public RowKeys keys(Map<String, String> names) {
    return new RowKeys(
        key.stream()
            .map(
                c ->
                    new KeyColumn(
                        c.name(), c.position(), c.type(), names.getOrDefault(c.name(), c.name())))
            .toList());
  }

  /**
   * Fails unless the table can be a source.
   *
   * @throws VectorkeeperException VK-S02 to VK-S05
   */
  public void requireUsable() {
    if (!facts.kind().equals("r") && !facts.partitioned()) {
      throw new VectorkeeperException(
          "VK-S03",
          "%s is not a table: changes of a view or a foreign table cannot be captured. Name the table behind it."
              .formatted(name));
    }
    if (facts.inherited()) {
      throw new VectorkeeperException(
          "VK-S03",
          "%s has child tables by inheritance, whose rows its triggers do not see. Name the children as sources of their own, or use partitions."
              .formatted(name));
    }
    if (key.isEmpty()) {
      throw new VectorkeeperException(
          "VK-S04",
          "%s has no primary key, so a vector could not be tied to its row. Add one: alter table %s add primary key (…)."
              .formatted(name, name.sql()));
    }
    if (!facts.missingRights().isEmpty()) {
      throw new VectorkeeperException(
          "VK-S05",
          "This role lacks rights that the source %s needs. An administrator can grant them: %s;"
              .formatted(name, String.join("; ", facts.missingRights())));
    }
  }
}
