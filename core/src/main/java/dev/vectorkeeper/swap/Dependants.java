package dev.vectorkeeper.swap;

import dev.vectorkeeper.postgres.SqlName;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Finds what depends on a column in the server's own records; a text that names it is no part. */
final class Dependants {
  private static final String FIND =
      """
      with recursive spot as (
        select a.attrelid, a.attnum from pg_attribute a
        where a.attrelid = cast(:relation as oid) and a.attname = :column and not a.attisdropped),
      own as (
        select c.oid from pg_class c where c.relnamespace = 'vectorkeeper'::regnamespace
        union select to_regclass(name) from unnest(cast(:own as text[])) name
        union select d.objoid from pg_description d
        where d.classoid in ('pg_class'::regclass, 'pg_proc'::regclass) and d.objsubid = 0
          and d.description like 'Vectorkeeper: %'),
      views (view, depth) as (
        select r.ev_class, 1
        from spot s join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = s.attrelid
          and d.refobjsubid = s.attnum and d.classid = 'pg_rewrite'::regclass
        join pg_rewrite r on r.oid = d.objid join pg_class c on c.oid = r.ev_class and c.relkind in ('v', 'm')
        where not exists (select from own o where o.oid = r.ev_class)
        union
        select r.ev_class, v.depth + 1
        from views v join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = v.view
          and d.classid = 'pg_rewrite'::regclass
        join pg_rewrite r on r.oid = d.objid join pg_class c on c.oid = r.ev_class and c.relkind in ('v', 'm')
        where r.ev_class <> v.view and not exists (select from own o where o.oid = r.ev_class)),
      links as (
        select d.classid, d.objid, d.objsubid, d.refobjid, d.deptype
        from spot s join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = s.attrelid
          and d.refobjsubid = s.attnum
        union
        select d.classid, d.objid, d.objsubid, d.refobjid, d.deptype
        from views v join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = v.view
        union
        select d.classid, d.objid, d.objsubid, d.refobjid, d.deptype
        from views v join pg_type t on t.typrelid = v.view
        join pg_depend d on d.refclassid = 'pg_type'::regclass and d.refobjid in (t.oid, t.typarray) and d.deptype = 'n')
      select case c.relkind when 'm' then 'materialized view' else 'view' end as kind, n.nspname, c.relname,
             case c.relkind when 'm' then 'materialised view ' else 'view ' end || c.oid::regclass as described,
             max(v.depth) as depth, pg_get_viewdef(c.oid) as text, pg_has_role(c.relowner, 'usage') as owned
      from views v join pg_class c on c.oid = v.view join pg_namespace n on n.oid = c.relnamespace
      group by c.oid, n.nspname
      union all
      select distinct 'policy', n.nspname, c.relname, 'policy ' || p.polname || ' on ' || c.oid::regclass, 0,
             format('alter policy %I on %I.%I', p.polname, n.nspname, c.relname)
               || coalesce(' using (' || pg_get_expr(p.polqual, p.polrelid) || ')', '')
               || coalesce(' with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', ''),
             pg_has_role(c.relowner, 'usage')
      from links l join pg_policy p on l.classid = 'pg_policy'::regclass and p.oid = l.objid
      join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace
      where not exists (select from own o where o.oid = c.oid)
      union all
      select distinct 'function', n.nspname, p.proname, 'function ' || p.oid::regprocedure, 0,
             pg_get_functiondef(p.oid), pg_has_role(p.proowner, 'usage')
      from links l join pg_proc p on l.classid = 'pg_proc'::regclass and p.oid = l.objid and p.prokind in ('f', 'p')
        and p.prosqlbody is not null
      join pg_namespace n on n.oid = p.pronamespace
      where not exists (select from own o where o.oid = p.oid)
        and not exists (select from views v join pg_type t on t.typrelid = v.view
                        where t.oid = p.prorettype or t.oid = any (p.proargtypes::oid[]))
      union all
      select distinct 'check', n.nspname, k.conname, 'check ' || k.conname || ' on ' || c.oid::regclass, 0,
             format('alter table %1$I.%2$I drop constraint %3$I, add constraint %3$I %4$s not valid',
               n.nspname, c.relname, k.conname, regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', ''))
               || coalesce(format('; comment on constraint %I on %I.%I is %L', k.conname, n.nspname, c.relname,
                    obj_description(k.oid, 'pg_constraint')), ''),
             pg_has_role(c.relowner, 'usage')
      from links l join pg_constraint k on l.classid = 'pg_constraint'::regclass and k.oid = l.objid
        and k.contype = 'c' and k.conrelid = cast(:relation as oid)
      join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
      union all
      select distinct 'trigger', n.nspname, c.relname, 'trigger ' || t.tgname || ' on ' || c.oid::regclass, 0,
             format('drop trigger %I on %I.%I; ', t.tgname, n.nspname, c.relname) || pg_get_triggerdef(t.oid)
               || case t.tgenabled when 'O' then '' else format('; alter table %I.%I %s trigger %I', n.nspname, c.relname,
                    case t.tgenabled when 'D' then 'disable' when 'R' then 'enable replica' else 'enable always' end, t.tgname) end
               || coalesce(format('; comment on trigger %I on %I.%I is %L', t.tgname, n.nspname, c.relname,
                    obj_description(t.oid, 'pg_trigger')), ''),
             pg_has_role(c.relowner, 'usage')
      from links l join pg_trigger t on l.classid = 'pg_trigger'::regclass and t.oid = l.objid and not t.tgisinternal
        and t.tgrelid = cast(:relation as oid) and not exists (
          select from pg_proc f join pg_namespace m on m.oid = f.pronamespace
          where f.oid = t.tgfoid and m.nspname = 'vectorkeeper')
      join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
      union all
      select distinct 'index', n.nspname, c.relname, 'index ' || c.oid::regclass, 0, pg_get_indexdef(c.oid),
             pg_has_role(c.relowner, 'usage')
      from links l join pg_class c on l.classid = 'pg_class'::regclass and c.oid = l.objid and c.relkind = 'i'
        and l.refobjid = cast(:relation as oid)
      join pg_namespace n on n.oid = c.relnamespace
      union all
      select distinct 'other', '', '', pg_describe_object(l.classid, l.objid, l.objsubid), 0, '', true
      from links l
      left join pg_rewrite r on l.classid = 'pg_rewrite'::regclass and r.oid = l.objid
      left join pg_policy p on l.classid = 'pg_policy'::regclass and p.oid = l.objid
      left join pg_proc f on l.classid = 'pg_proc'::regclass and f.oid = l.objid
      left join pg_constraint k on l.classid = 'pg_constraint'::regclass and k.oid = l.objid
      left join pg_trigger t on l.classid = 'pg_trigger'::regclass and t.oid = l.objid
      left join pg_class c on l.classid = 'pg_class'::regclass and c.oid = l.objid
      left join pg_attrdef a on l.classid = 'pg_attrdef'::regclass and a.oid = l.objid
      where l.deptype <> 'i' and l.classid <> 'pg_type'::regclass and p.oid is null
        and not coalesce(r.rulename = '_RETURN', false)
        and not coalesce(f.prosqlbody is not null and not exists (
              select from views v join pg_type t on t.typrelid = v.view
              where t.oid = f.prorettype or t.oid = any (f.proargtypes::oid[]))
            or exists (select from own o where o.oid = f.oid), false)
        and not coalesce(k.contype = 'c' and k.conrelid = cast(:relation as oid), false)
        and not coalesce(t.tgisinternal or t.tgrelid = cast(:relation as oid)
              or exists (select from pg_proc g join pg_namespace m on m.oid = g.pronamespace
                         where g.oid = t.tgfoid and m.nspname = 'vectorkeeper')
              or t.tgrelid in (select view from views), false)
        and not coalesce(c.relkind = 'i', false)
        and not coalesce(a.adrelid in (select view from views), false)
      union all
      select 'other', '', '', format('constraint not null of the column %s', a.attname), 0, '', true
      from pg_attribute a
      where a.attrelid = cast(:relation as oid) and a.attname = :column and not a.attisdropped and a.attnotnull
      order by 5 desc, 1, 2, 3, 4
      """;

  private Dependants() {}

  /**
   * What depends on a column; the views that stand furthest from it come first.
   *
   * @param own what is Vectorkeeper's own outside the catalog's schema
   */
  static List<Dependant> of(Handle handle, long relation, String column, List<SqlName> own) {
    return handle
        .createQuery(FIND)
        .bind("relation", relation)
        .bind("column", column)
        .bindArray("own", String.class, own.stream().map(SqlName::sql).toList())
        .map(
            (row, context) ->
                new Dependant(
                    Dependant.Kind.named(row.getString("kind")),
                    new SqlName(row.getString("nspname"), row.getString("relname")),
                    row.getString("described"),
                    row.getInt("depth"),
                    row.getString("text"),
                    row.getBoolean("owned")))
        .list();
  }
}
