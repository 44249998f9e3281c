package dev.vectorkeeper.declare;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.source.SourceTable;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The rights that a source needs beside those on its table, each checked before anything is done
 * and named with the statement that grants it.
 */
final class SourceRights {
  private static final String SCHEMA =
      """
      select case when missing <> '' then
        format('grant %s on schema %I to %I', missing, nspname, current_user) end
      from (
        select n.nspname, array_to_string(array(
          select wanted from unnest(cast(:rights as text[])) wanted
          where not has_schema_privilege(n.oid, wanted)), ', ') as missing
        from pg_namespace n where n.nspname = :schema) s
      """;

  private static final String PRESENT = "select count(*) from pg_namespace where nspname = :schema";

  private static final String REFERENCES =
      """
      select format('grant references on %s to %I', c.oid::regclass, current_user)
      from pg_class c where c.oid = cast(:relation as oid) and not has_table_privilege(c.oid, 'references')
      """;

  private SourceRights() {}

  /**
   * Fails with VK-S05 where the role may not look into the schema of a source's table; a schema
   * that does not exist passes.
   */
  static void requireVisible(Handle handle, SqlName table) {
    require(table, schema(handle, table.schema(), "usage"));
  }

  /**
   * Fails with VK-S05 where the role may not make something in the schema of a name, with VK-S12
   * where there is no such schema.
   */
  static void requireCreatable(Handle handle, SourceTable source, SqlName name) {
    boolean present =
        handle.createQuery(PRESENT).bind("schema", name.schema()).mapTo(Integer.class).one() > 0;
    if (!present) {
      throw new VectorkeeperException(
          "VK-S12",
          "The schema of %s, which the source %s is to have, does not exist. Make it first: create schema %s;"
              .formatted(name, source.name(), SqlName.quote(name.schema())));
    }
    require(source.name(), schema(handle, name.schema(), "create", "usage"));
  }

  /** Fails with VK-S05 where a foreign key to the table may not be made. */
  static void requireReferences(Handle handle, SourceTable source) {
    require(
        source.name(),
        handle
            .createQuery(REFERENCES)
            .bind("relation", source.relation())
            .mapTo(String.class)
            .findOne());
  }

  private static Optional<String> schema(Handle handle, String schema, Object... rights) {
    return handle
        .createQuery(SCHEMA)
        .bindArray("rights", String.class, rights)
        .bind("schema", schema)
        .mapTo(String.class)
        .findOne();
  }

  private static void require(SqlName source, Optional<String> missing) {
    if (missing.isPresent()) {
      throw new VectorkeeperException(
          "VK-S05",
          "This role lacks a right that the source %s needs. An administrator can grant it: %s;"
              .formatted(source, missing.get()));
    }
  }
}
