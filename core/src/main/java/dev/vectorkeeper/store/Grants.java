package dev.vectorkeeper.store;

import dev.vectorkeeper.postgres.Ddl;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import org.jdbi.v3.core.Handle;

/** Rights on what stands beside a user's table. */
public final class Grants {
  private static final String COPY =
      """
      do $grants$
      declare
        reader text;
      begin
        for reader in
          select distinct case when a.grantee = 0 then 'public' else quote_ident(r.rolname) end
          from pg_class c cross join lateral aclexplode(c.relacl) a
          left join pg_roles r on r.oid = a.grantee
          where c.oid = {source} and a.privilege_type = 'SELECT' and a.grantee <> c.relowner
          union
          select quote_ident(pg_get_userbyid(c.relowner)) from pg_class c
          where c.oid = {source} and pg_get_userbyid(c.relowner) <> current_user
        loop
          execute format('grant select on {object} to %s', reader);
        end loop;
      end $grants$
      """;

  private Grants() {}

  /** Lets whoever may read a table of the user's read an object beside it. */
  public static void copy(Handle handle, long relation, SqlName object) {
    Ddl.run(
        handle,
        SqlText.of(COPY)
            .with("source", Long.toString(relation))
            .with("object", object.sql().replace("'", "''").replace("%", "%%"))
            .sql());
  }
}
