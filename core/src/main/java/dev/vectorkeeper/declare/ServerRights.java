package dev.vectorkeeper.declare;

import dev.vectorkeeper.VectorkeeperException;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.postgres.Server;
import java.util.Optional;

/** What the role must be allowed to do in the database itself before anything can be applied. */
final class ServerRights {
  private static final String MAY_USE_SCHEMA =
      """
      select case
        when n.oid is null and not has_database_privilege(current_database(), 'create') then
          format('grant create on database %I to %I', current_database(), current_user)
        when n.oid is not null and not pg_has_role(n.nspowner, 'usage') and not has_schema_privilege(n.oid, 'create') then
          format('grant create, usage on schema vectorkeeper to %I', current_user)
        end
      from (select) one left join pg_namespace n on n.nspname = 'vectorkeeper'
      """;

  private static final String MAY_INSTALL =
      """
      select (select rolsuper from pg_roles where rolname = current_user)
        or (select bool_or(trusted) from pg_available_extension_versions where name = 'vector')
           and has_database_privilege(current_database(), 'create')
      """;

  private ServerRights() {}

  /**
   * Fails with VK-D04 where pgvector is neither there nor installable, with VK-D09 where a right is
   * missing.
   */
  static void require(Database database) {
    Server server = database.server();
    if (server.vectorVersion().isEmpty() && !server.vectorAvailable()) {
      throw new VectorkeeperException(
          "VK-D04",
          "The server at %s has no pgvector. Install its package for PostgreSQL %d, or name a server that has it."
              .formatted(database.url(), server.version() / 10000));
    }
    if (server.vectorVersion().isEmpty()
        && !database
            .jdbi()
            .withHandle(
                h -> h.createQuery(MAY_INSTALL).mapTo(Boolean.class).findOne().orElse(false))) {
      throw new VectorkeeperException(
          "VK-D04",
          "The extension pgvector is not installed in this database, and the role %s may not install it. An administrator can run: create extension vector;"
              .formatted(server.role()));
    }
    Optional<String> missing =
        database
            .jdbi()
            .withHandle(h -> h.createQuery(MAY_USE_SCHEMA).mapTo(String.class).findOne());
    if (missing.isPresent()) {
      throw new VectorkeeperException(
          "VK-D09",
          "The role %s may not make the schema that holds Vectorkeeper's catalog. An administrator can run: %s;"
              .formatted(server.role(), missing.get()));
    }
  }
}
