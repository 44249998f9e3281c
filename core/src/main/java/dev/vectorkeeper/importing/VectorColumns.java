package dev.vectorkeeper.importing;

import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.IndexDefinition;
import dev.vectorkeeper.source.IndexDefinition.Distance;
import dev.vectorkeeper.source.IndexDefinition.Precision;
import dev.vectorkeeper.source.IndexDefinition.Type;
import dev.vectorkeeper.source.SourceTable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Finds the columns of pgvector's types that are not Vectorkeeper's own. */
final class VectorColumns {
  private static final String ALL =
      """
      select c.oid::bigint as relation, n.nspname, c.relname, a.attname, t.typname, a.atttypmod, a.attgenerated <> '' as generated
      from pg_attribute a
      join pg_class c on c.oid = a.attrelid
      join pg_namespace n on n.oid = c.relnamespace
      join pg_type t on t.oid = a.atttypid
      where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p') and not c.relispartition
        and n.nspname not in ('information_schema', 'vectorkeeper') and n.nspname not like 'pg\\_%'
        and exists (
          select from pg_depend d join pg_extension e on e.oid = d.refobjid
          where d.classid = 'pg_type'::regclass and d.objid = t.oid
            and d.refclassid = 'pg_extension'::regclass and e.extname = 'vector')
        and coalesce(obj_description(c.oid, 'pg_class'), '') not like 'Vectorkeeper: %'
        {unmanaged}
      order by n.nspname, c.relname, a.attnum
      """;

  /** Where there is a catalog, what is in it is left out. */
  private static final String UNMANAGED =
      """
      and not exists (
        select from vectorkeeper.collection k join vectorkeeper.source s using (source_id)
        where k.state <> 'retired'
          and case when k.vector_column is null
            then c.oid = to_regclass(format('%I.%I', k.table_schema, k.table_name))
            else c.oid = s.relation and k.vector_column = a.attname end)
      """;

  private static final String CATALOG = "select to_regclass('vectorkeeper.collection') is not null";

  private static final String INDEX =
      """
      select x.relname, m.amname, o.opcname, array_to_string(x.reloptions, ',') as options
      from pg_index i
      join pg_class x on x.oid = i.indexrelid
      join pg_am m on m.oid = x.relam
      join pg_opclass o on o.oid = any (i.indclass::oid[])
      join pg_attribute a on a.attrelid = i.indrelid and a.attname = :column
      where i.indrelid = cast(:relation as oid) and m.amname in ('hnsw', 'ivfflat')
        and (a.attnum = any (i.indkey::int2[]) or exists (
          select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = i.indexrelid
            and d.refclassid = 'pg_class'::regclass and d.refobjid = i.indrelid and d.refobjsubid = a.attnum))
      order by i.indisvalid desc, x.relname limit 1
      """;

  private static final String COUNT = "select count({column}) from {table}";

  private static final String LENGTHS =
      "select distinct {vectors}.vector_dims(f.{column}) from {table} f where f.{column} is not null limit 2";

  private final Handle handle;
  private final String vectors;

  VectorColumns(Handle handle, String vectorSchema) {
    this.handle = handle;
    this.vectors = SqlName.quote(vectorSchema);
  }

  private record Attribute(
      long relation, SqlName table, String name, String type, int modifier, boolean generated) {}

  /** Those that are asked for, in the order of their names. */
  List<VectorColumn> find(ImportOptions options) {
    boolean catalog = handle.createQuery(CATALOG).mapTo(Boolean.class).one();
    return handle
        .createQuery(SqlText.of(ALL).with("unmanaged", catalog ? UNMANAGED : "").sql())
        .map(
            (row, context) ->
                new Attribute(
                    row.getLong("relation"),
                    new SqlName(row.getString("nspname"), row.getString("relname")),
                    row.getString("attname"),
                    row.getString("typname"),
                    row.getInt("atttypmod"),
                    row.getBoolean("generated")))
        .list()
        .stream()
        .filter(attribute -> options.wants(attribute.table()))
        .map(this::read)
        .toList();
  }

  private VectorColumn read(Attribute attribute) {
    SourceTable table = SourceTable.find(handle, attribute.relation()).orElseThrow();
    boolean readable = table.facts().missingRights().stream().noneMatch(r -> r.contains("select"));
    boolean typed = attribute.modifier() > 0;
    return new VectorColumn(
        table,
        attribute.name(),
        attribute.type(),
        typed ? Optional.of(attribute.modifier()) : readable ? length(attribute) : Optional.empty(),
        typed && attribute.type().equals("vector") && !attribute.generated(),
        readable ? number(COUNT, attribute) : 0,
        index(attribute));
  }

  private String filled(String query, Attribute attribute) {
    return Written.sql(
        query,
        "column",
        SqlName.quote(attribute.name()),
        "table",
        attribute.table().sql(),
        "vectors",
        vectors);
  }

  private long number(String query, Attribute attribute) {
    return handle.createQuery(filled(query, attribute)).mapTo(Long.class).one();
  }

  private Optional<Integer> length(Attribute attribute) {
    if (!List.of("vector", "halfvec").contains(attribute.type())) {
      return Optional.empty();
    }
    List<Integer> lengths =
        handle.createQuery(filled(LENGTHS, attribute)).mapTo(Integer.class).list();
    return lengths.size() == 1 ? Optional.of(lengths.get(0)) : Optional.empty();
  }

  private Optional<VectorColumn.Index> index(Attribute attribute) {
    return handle
        .createQuery(INDEX)
        .bind("relation", attribute.relation())
        .bind("column", attribute.name())
        .map(
            (row, context) ->
                new VectorColumn.Index(
                    row.getString("relname"),
                    definition(
                        row.getString("amname"),
                        row.getString("opcname"),
                        row.getString("options"))))
        .findOne();
  }

  private static IndexDefinition definition(
      String method, String operators, @org.jspecify.annotations.Nullable String options) {
    Precision precision =
        operators.startsWith("bit")
            ? Precision.BINARY
            : operators.startsWith("halfvec") ? Precision.HALF : Precision.AUTO;
    Distance distance =
        operators.endsWith("l2_ops")
            ? Distance.L2
            : operators.endsWith("ip_ops") ? Distance.INNER_PRODUCT : Distance.COSINE;
    Map<String, Integer> parameters = new LinkedHashMap<>();
    for (String option : options == null ? new String[0] : options.split(",")) {
      String[] parts = option.split("=");
      if (parts.length == 2 && parts[1].matches("\\d{1,9}")) {
        parameters.put(parts[0], Integer.parseInt(parts[1]));
      }
    }
    return new IndexDefinition(
        Type.valueOf(method.toUpperCase(Locale.ROOT)), distance, precision, parameters);
  }
}
