package dev.vectorkeeper.migrate;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.migrate.Finding.Level;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.source.Source;
import java.util.List;

/** The lines of a plan about what of the user's reads the views, or the old vectors' table. */
final class DependantFindings {
  private static final String DEPENDANTS =
      """
      with recursive views as (
        select to_regclass(root)::oid as view, 0 as depth
        from unnest(cast(:roots as text[])) root where to_regclass(root) is not null
        union
        select r.ev_class, v.depth + 1
        from views v join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = v.view
          and d.classid = 'pg_rewrite'::regclass
        join pg_rewrite r on r.oid = d.objid and r.ev_class <> v.view)
      select case c.relkind when 'm' then 'materialised view' else 'view' end, c.oid::regclass::text
      from views v join pg_class c on c.oid = v.view where v.depth > 0
      union
      select 'function', p.oid::regprocedure::text
      from views v join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = v.view
        and d.classid = 'pg_proc'::regclass
      join pg_proc p on p.oid = d.objid
      union
      select 'function', p.oid::regprocedure::text
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname not in ('pg_catalog', 'information_schema', 'vectorkeeper')
        and coalesce(obj_description(p.oid, 'pg_proc'), '') not like 'Vectorkeeper: %'
        and :names <> '' and p.prosrc ~ :names and p.prokind = 'f'
      order by 1, 2
      """;

  private final Database database;
  private final Findings findings;

  DependantFindings(Database database, Findings findings) {
    this.database = database;
    this.findings = findings;
  }

  void find(Source source, Collection from) {
    String names =
        "\\m("
            + String.join(
                "|",
                source.views().stream().map(view -> view.name().replaceAll("\\W", ".")).toList())
            + source.matchFunction().map(f -> "|" + f.name().replaceAll("\\W", ".")).orElse("")
            + ")\\M";
    List<Dependant> dependants = dependants(source.views(), names);
    if (dependants.isEmpty()) {
      findings.add("dependants", Level.OK, "Nothing of yours in the database reads the views.");
    }
    for (Dependant dependant : dependants) {
      boolean frozen = dependant.kind().startsWith("materialised");
      boolean function = dependant.kind().equals("function");
      findings.add(
          "dependants",
          frozen || function ? Level.WARNING : Level.OK,
          frozen
              ? "The %s %s stays in the old space until it is refreshed; refresh it right after the cutover."
              : function
                  ? "The %s %s goes on working; look whether it holds a dimension or a threshold of the old model."
                  : "The %s %s follows by itself.",
          dependant.kind(),
          dependant.name());
    }
    List<String> own = source.views().stream().map(SqlName::toString).toList();
    for (Dependant dependant : dependants(List.of(from.table()), "")) {
      boolean ours = own.stream().anyMatch(view -> view.endsWith(dependant.name()));
      if (!ours && !dependants.contains(dependant)) {
        findings.add(
            "dependants",
            Level.WARNING,
            "The %s %s reads the old vectors' own table %s: it stays with them, and they cannot be retired before it is changed.",
            dependant.kind(),
            dependant.name(),
            from.table());
      }
    }
    findings.add(
        "thresholds",
        Level.WARNING,
        "Similarities of two models do not compare. Give your thresholds to \"migrate run --threshold\" and change them with the cutover.");
  }

  private record Dependant(String kind, String name) {}

  /** What reads views or tables, directly or not, and functions whose text names one of them. */
  private List<Dependant> dependants(List<SqlName> roots, String names) {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(DEPENDANTS)
                    .bindArray("roots", String.class, roots.stream().map(SqlName::sql).toList())
                    .bind("names", names)
                    .map((row, context) -> new Dependant(row.getString(1), row.getString(2)))
                    .list());
  }
}
