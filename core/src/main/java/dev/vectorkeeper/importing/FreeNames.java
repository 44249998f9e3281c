package dev.vectorkeeper.importing;

import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.source.SourceTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/** Names for what will stand beside a user's tables, chosen so that nothing of theirs has them. */
final class FreeNames {
  /** What a hand-made thing's name gets behind it when it is made free. */
  static final String BEFORE = "_before";

  private static final String TAKEN =
      """
      select exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = :schema and c.relname = :name)
        or exists (select from pg_type t join pg_namespace n on n.oid = t.typnamespace where n.nspname = :schema and t.typname = :name)
        or exists (select from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = :schema and p.proname = :name)
      """;

  private static final String SETTINGS =
      """
      select format('alter %s %I.%I rename to %I;', case c.relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end,
                    n.nspname, c.relname, c.relname || :before)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = :schema and c.relname in ('embedding_settings', 'active_embedding_profile')
        and coalesce(obj_description(c.oid, 'pg_class'), '') not like 'Vectorkeeper: %'
      union all
      select format('alter function %I.%I(%s) rename to %I;', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid), p.proname || :before)
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname = :schema and p.proname = 'set_active_embedding_profile'
        and coalesce(obj_description(p.oid, 'pg_proc'), '') not like 'Vectorkeeper: %'
      order by 1
      """;

  private static final String SOURCES =
      "select name, relation::bigint as relation from vectorkeeper.source";

  private static final String CATALOG = "select to_regclass('vectorkeeper.source') is not null";

  private final Handle handle;
  private final Set<String> sources = new HashSet<>();
  private final Map<Long, String> relations = new HashMap<>();
  private final Set<SqlName> given = new HashSet<>();

  FreeNames(Handle handle) {
    this.handle = handle;
    if (handle.createQuery(CATALOG).mapTo(Boolean.class).one()) {
      handle
          .createQuery(SOURCES)
          .map((row, context) -> relations.put(row.getLong("relation"), row.getString("name")))
          .list();
      sources.addAll(relations.values());
    }
  }

  /** The source that a table's rows are already. */
  Optional<String> sourceOf(SourceTable table) {
    return Optional.ofNullable(relations.get(table.relation()));
  }

  /** A source's name that no other has. */
  String source(String wanted) {
    String plain = Written.plain(wanted, 36);
    String free = numbered(plain).filter(name -> !sources.contains(name)).findFirst().orElseThrow();
    sources.add(free);
    return free;
  }

  /** The views and the function of a source whose usual names are taken, with free ones. */
  Map<String, String> views(String source, String schema) {
    Map<String, String> usual = new LinkedHashMap<>();
    usual.put("all", source + "_embeddings");
    usual.put("active", source + "_embeddings_active");
    usual.put("match", "match_" + source);
    Map<String, String> changed = new LinkedHashMap<>();
    usual.forEach(
        (key, name) -> {
          String free = free(schema, name);
          if (!free.equals(name)) {
            changed.put(key, Written.identifier(schema) + "." + free);
          }
        });
    return changed;
  }

  private String free(String schema, String name) {
    return Stream.concat(Stream.of(name), numbered(name + "_kept"))
        .filter(candidate -> !taken(schema, candidate))
        .filter(candidate -> given.add(new SqlName(schema, candidate)))
        .findFirst()
        .orElseThrow();
  }

  private static Stream<String> numbered(String name) {
    return Stream.concat(Stream.of(name), Stream.iterate(2, i -> i + 1).map(i -> name + "_" + i));
  }

  private boolean taken(String schema, String name) {
    return handle
        .createQuery(TAKEN)
        .bind("schema", schema)
        .bind("name", name)
        .mapTo(Boolean.class)
        .one();
  }

  /** The statements that make the names of the switch free, where a hand-made one has them. */
  List<String> switching(String schema) {
    return new ArrayList<>(
        handle
            .createQuery(SETTINGS)
            .bind("schema", schema)
            .bind("before", BEFORE)
            .mapTo(String.class)
            .list());
  }
}
