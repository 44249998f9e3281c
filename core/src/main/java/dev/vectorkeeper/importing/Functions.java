package dev.vectorkeeper.importing;

import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.source.SourceTable;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;

/** The database's own functions, as far as their text can be read. */
final class Functions {
  /**
   * A function.
   *
   * @param signature its name and its arguments' types, for SQL
   * @param body its text
   * @param searches whether it orders or compares by the distance of vectors
   * @param triggers the triggers that call it, as {@code table.trigger} by the table's identifier
   */
  record Function(
      String signature, String name, String body, boolean searches, List<TriggerOf> triggers) {
    /** Whether its text has a word, however it is quoted. */
    boolean mentions(String word) {
      return Pattern.compile(
              "(?<![\\w$])" + Pattern.quote(word) + "(?![\\w$])", Pattern.CASE_INSENSITIVE)
          .matcher(body)
          .find();
    }

    boolean isTriggerOf(SourceTable table) {
      return triggers.stream().anyMatch(trigger -> trigger.relation() == table.relation());
    }

    /** Whether it has to do with a table and with vectors made of its rows. */
    boolean concerns(SourceTable table, String vectorColumn) {
      return !searches
          && (isTriggerOf(table)
              || mentions(table.name().name())
              || signature.matches(".*[( .\"]" + Pattern.quote(table.name().name()) + "[), \"].*"))
          && (mentions(vectorColumn)
              || (name + body).toLowerCase(java.util.Locale.ROOT).contains("embed"));
    }
  }

  /**
   * A trigger that is enabled.
   *
   * @param relation its table
   */
  record TriggerOf(long relation, SqlName table, String name) {}

  private static final String ALL =
      """
      select quote_ident(n.nspname) || '.' || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')' as signature,
             n.nspname, p.proname, p.prosrc, p.oid::bigint as function
      from pg_proc p
      join pg_namespace n on n.oid = p.pronamespace
      join pg_language l on l.oid = p.prolang
      where p.prokind in ('f', 'p') and l.lanname not in ('c', 'internal')
        and n.nspname not in ('information_schema', 'vectorkeeper') and n.nspname not like 'pg\\_%'
        and coalesce(obj_description(p.oid, 'pg_proc'), '') not like 'Vectorkeeper: %'
        and not exists (
          select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
      order by 1
      """;

  private static final String TRIGGERS =
      """
      select t.tgrelid::bigint as relation, n.nspname, c.relname, t.tgname, t.tgfoid::bigint as function
      from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
      where not t.tgisinternal and t.tgparentid = 0 and t.tgenabled <> 'D'
      order by t.tgname
      """;

  private static final Pattern DISTANCE =
      Pattern.compile("<=>|<->|<#>|<\\+>|<~>|<%>|(?i)cosine_distance");

  private record Hung(TriggerOf trigger, long function) {}

  private Functions() {}

  static List<Function> all(Handle handle) {
    List<Hung> hung =
        handle
            .createQuery(TRIGGERS)
            .map(
                (row, context) ->
                    new Hung(
                        new TriggerOf(
                            row.getLong("relation"),
                            new SqlName(row.getString("nspname"), row.getString("relname")),
                            row.getString("tgname")),
                        row.getLong("function")))
            .list();
    return handle
        .createQuery(ALL)
        .map(
            (row, context) -> {
              long function = row.getLong("function");
              String body = String.valueOf(row.getString("prosrc"));
              return new Function(
                  row.getString("signature"),
                  row.getString("nspname") + "." + row.getString("proname"),
                  uncommented(body),
                  DISTANCE.matcher(body).find(),
                  hung.stream().filter(h -> h.function() == function).map(Hung::trigger).toList());
            })
        .list();
  }

  /** Comments name columns that are not used. */
  private static String uncommented(String body) {
    return Arrays.stream(body.split("\n"))
        .map(line -> line.replaceFirst("--(?=[^']*(?:'[^']*'[^']*)*$).*", ""))
        .collect(java.util.stream.Collectors.joining("\n"));
  }
}
