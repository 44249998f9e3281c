package dev.vectorkeeper.declare;

import dev.vectorkeeper.postgres.Database;

/** How pgvector is installed. */
final class VectorExtension {
  private VectorExtension() {}

  /**
   * The statement. The schema is named, because the sessions' pinned path would have it in
   * pg_catalog.
   */
  static String create(Database database) {
    boolean hasPublic =
        database
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery("select to_regnamespace('public') is not null")
                        .mapTo(Boolean.class)
                        .one());
    return "create extension if not exists vector" + (hasPublic ? " with schema public" : "");
  }
}
