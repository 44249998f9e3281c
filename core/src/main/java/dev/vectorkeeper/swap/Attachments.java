package dev.vectorkeeper.swap;

import dev.vectorkeeper.postgres.SqlName;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * What an object has beside its text: owner, rights, comments, triggers; as statements that give it
 * to its like.
 */
final class Attachments {
  private static final String OF_VIEW =
      """
      with it as (
        select c.oid, c.relkind, c.relowner, c.relacl, c.reloptions, format('%I.%I', n.nspname, c.relname) as name,
               case c.relkind when 'm' then 'materialized view' else 'view' end as kind
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = :schema and c.relname = :name),
      rights as (
        select null::name as attname, a.* from it, aclexplode(it.relacl) a where a.grantee <> it.relowner
        union all
        select t.attname, a.* from it join pg_attribute t on t.attrelid = it.oid, aclexplode(t.attacl) a
        where a.grantee <> it.relowner)
      select text from (
        select 1 as step, format('create %s %s%s as %s%s', kind, name,
            ' with (' || array_to_string(reloptions, ', ') || ')', rtrim(pg_get_viewdef(oid), '; '),
            case relkind when 'm' then ' with no data' else '' end) as text from it
        union all
        select 2, format('alter %s %s owner to %I', kind, name, pg_get_userbyid(relowner)) from it
        where pg_get_userbyid(relowner) <> current_user
        union all
        select 3, format('alter view %s alter column %I set default %s', name, t.attname, pg_get_expr(d.adbin, d.adrelid))
        from it join pg_attrdef d on d.adrelid = it.oid join pg_attribute t on t.attrelid = it.oid and t.attnum = d.adnum
        union all
        select 4, format('grant %s%s on %s to %s%s', r.privilege_type, ' (' || quote_ident(r.attname) || ')', it.name,
            case r.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(r.grantee)) end,
            case when r.is_grantable then ' with grant option' else '' end) from it, rights r
        union all
        select 5, format('comment on %s %s is %L', kind, name, obj_description(oid, 'pg_class')) from it
        where obj_description(oid, 'pg_class') is not null
        union all
        select 5, format('comment on column %s.%I is %L', it.name, t.attname, col_description(it.oid, t.attnum))
        from it join pg_attribute t on t.attrelid = it.oid where col_description(it.oid, t.attnum) is not null
        union all
        select 6, pg_get_triggerdef(g.oid) || case g.tgenabled when 'O' then '' else format('; alter table %s %s trigger %I',
            it.name, case g.tgenabled when 'D' then 'disable' when 'R' then 'enable replica' else 'enable always' end, g.tgname) end
        from it join pg_trigger g on g.tgrelid = it.oid and not g.tgisinternal) s
      order by step
      """;

  private static final String OF_COLUMN =
      """
      with it as (
        select c.oid, c.relowner, t.attacl, t.attnum, format('%I.%I', n.nspname, c.relname) as name
        from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute t on t.attrelid = c.oid
        where n.nspname = :schema and c.relname = :name and t.attname = :from and not t.attisdropped)
      select format('revoke all (%I) on %s from %s', cast(:to as text), it.name,
               case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end)
      from it join pg_attribute t on t.attrelid = it.oid and t.attname = cast(:to as text), aclexplode(t.attacl) a
      where a.grantee <> it.relowner
      union all
      select format('alter table %s alter column %I set storage %s', it.name, cast(:to as text),
               case t.attstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end)
      from it join pg_attribute t on t.attrelid = it.oid and t.attnum = it.attnum
      union all
      select format('alter table %s alter column %I set statistics %s', it.name, cast(:to as text), t.attstattarget)
      from it join pg_attribute t on t.attrelid = it.oid and t.attnum = it.attnum where t.attstattarget >= 0
      union all
      select format('grant %s (%I) on %s to %s%s', a.privilege_type, cast(:to as text), it.name,
               case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end,
               case when a.is_grantable then ' with grant option' else '' end)
      from it, aclexplode(it.attacl) a where a.grantee <> it.relowner
      union all
      select format('comment on column %s.%I is %L', it.name, cast(:to as text), col_description(it.oid, it.attnum)) from it
      where col_description(it.oid, it.attnum) is not null
      """;

  private static final String OF_FUNCTION =
      """
      with it as (
        select p.proowner, p.proacl, format('%I.%I(%s)', n.nspname, cast(:to as text), pg_get_function_identity_arguments(p.oid)) as copy
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace where p.oid = cast(:function as oid))
      select text from (
        select 1 as step, format('alter function %s owner to %I', copy, pg_get_userbyid(proowner)) as text from it
        where pg_get_userbyid(proowner) <> current_user
        union all
        select 2, format('grant execute on function %s to public', copy) from it where proacl is null
        union all
        select 3, format('grant execute on function %s to %s', it.copy,
            case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end)
        from it, aclexplode(it.proacl) a where a.grantee <> it.proowner
        union all
        select 4, format('comment on function %s is %L', copy, cast(:mark as text)) from it) s
      order by step
      """;

  private static final String GIVEN_VIEW =
      """
      select distinct format('revoke all on %I.%I from %s', n.nspname, c.relname,
        case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) a
      where n.nspname = :schema and c.relname = :name and a.grantee <> c.relowner
      """;

  private static final String GIVEN_FUNCTION =
      """
      select distinct format('revoke all on function %s from %s', p.oid::regprocedure,
        case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end)
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace,
        aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
      where n.nspname = :schema and p.proname = :name and a.grantee <> p.proowner
        and obj_description(p.oid, 'pg_proc') is null
      """;

  private static final String RIGHTS_OF_TABLE =
      """
      with it as (
        select c.oid, c.relowner, c.relacl from pg_class c where c.oid = cast(:relation as oid)),
      rights as (
        select null::name as attname, a.* from it, aclexplode(it.relacl) a where a.grantee <> it.relowner
        union all
        select t.attname, a.* from it join pg_attribute t on t.attrelid = it.oid, aclexplode(t.attacl) a
        where a.grantee <> it.relowner and t.attname <> cast(:without as text))
      select text from (
        select 1 as step, format('grant %s%s on %s to %s', r.privilege_type, ' (' || quote_ident(r.attname) || ')',
          cast(:view as text), case r.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(r.grantee)) end) as text
        from rights r where r.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
        union all
        select 2, format('alter view %s owner to %I', cast(:view as text), pg_get_userbyid(relowner)) from it
        where pg_get_userbyid(relowner) <> current_user) s
      order by step
      """;

  private Attachments() {}

  /** What takes away the rights that a view got by default when it was made. */
  static List<String> givenToView(Handle handle, SqlName view) {
    return given(handle, GIVEN_VIEW, view);
  }

  /** The same of a function that has no comment yet. */
  static List<String> givenToFunction(Handle handle, SqlName function) {
    return given(handle, GIVEN_FUNCTION, function);
  }

  private static List<String> given(Handle handle, String query, SqlName name) {
    return handle
        .createQuery(query)
        .bind("schema", name.schema())
        .bind("name", name.name())
        .mapTo(String.class)
        .list();
  }

  /** What lets those use a view of all columns but one who may use its table, its owner first. */
  static List<String> ofTable(Handle handle, long relation, SqlName view, String without) {
    return handle
        .createQuery(RIGHTS_OF_TABLE)
        .bind("relation", relation)
        .bind("view", view.sql())
        .bind("without", without)
        .mapTo(String.class)
        .list();
  }

  /** What makes a view again under its name, with all that it has; it must be away by then. */
  static List<String> ofView(Handle handle, SqlName view) {
    return handle
        .createQuery(OF_VIEW)
        .bind("schema", view.schema())
        .bind("name", view.name())
        .mapTo(String.class)
        .list();
  }

  /** What gives a column the rights and the comment of another one of its table. */
  static List<String> ofColumn(Handle handle, SqlName table, String from, String to) {
    return handle
        .createQuery(OF_COLUMN)
        .bind("schema", table.schema())
        .bind("name", table.name())
        .bind("from", from)
        .bind("to", to)
        .mapTo(String.class)
        .list();
  }

  /** What gives a copy of a function, of another name in the same schema, its owner and rights. */
  static List<String> ofFunction(Handle handle, long function, String to) {
    return handle
        .createQuery(OF_FUNCTION)
        .bind("function", function)
        .bind("to", to)
        .bind("mark", Bridges.COPY_MARK)
        .mapTo(String.class)
        .list();
  }
}
