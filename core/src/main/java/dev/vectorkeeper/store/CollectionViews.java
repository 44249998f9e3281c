package dev.vectorkeeper.store;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Ddl;
import dev.vectorkeeper.postgres.Server;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.Source;
import dev.vectorkeeper.source.SourceTable;
import java.util.List;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * The two views of a source: all live collections, and the active one. Their definition changes
 * only when collections come and go; which collection is active is a row that they read.
 */
public final class CollectionViews {
  private static final String BRANCH =
      """
      select {keys}, {chunk} as chunk, {profile}::text as profile, {provider}::text as provider,
             {model}::text as model, {dimensions} as dimensions, {task}::text as task,
             c.embedding::{vector} as embedding, c.content_hash, c.created_at,
             {collection} as collection_id
      from {table} c
      """;

  /**
   * The gate stands outside the union: inside its branches the vector index would be lost
   * (postgres-facts 16).
   */
  private static final String ACTIVE =
      """
      select u.* from ({branches}) u
      where u.collection_id = (
        select e.collection_id from vectorkeeper.embedding_settings e where e.source_id = {source})
      """;

  private final Source source;
  private final Server server;

  public CollectionViews(Source source, Server server) {
    this.source = source;
    this.server = server;
  }

  /** Makes both views anew over these collections, of which there must be one at least. */
  public void create(Handle handle, SourceTable table, List<Collection> live) {
    String branches = live.stream().map(this::branch).collect(Collectors.joining("union all\n"));
    String active =
        SqlText.of(ACTIVE)
            .with("branches", "\n" + branches)
            .with("source", Integer.toString(source.id()))
            .sql();
    replace(handle, table, source.allView(), branches);
    replace(handle, table, source.activeView(), active);
  }

  private static void replace(Handle handle, SourceTable table, SqlName view, String query) {
    Ddl.run(
        handle,
        "create or replace view " + view.sql() + " with (security_invoker = true) as\n" + query);
    Grants.copy(handle, table.relation(), view);
  }

  private String branch(Collection collection) {
    var space = collection.profile().space();
    return SqlText.of(BRANCH)
        .with("keys", source.keys().targets("c"))
        .with("chunk", source.chunking().isPresent() ? "c.chunk" : "0")
        .with("profile", SqlName.literal(collection.profile().name()))
        .with("provider", SqlName.literal(space.provider()))
        .with("model", SqlName.literal(space.model()))
        .with("dimensions", Integer.toString(space.dimensions()))
        .with("task", SqlName.literal(space.task()))
        .with("vector", server.vectorType())
        .with("collection", Integer.toString(collection.id()))
        .with("table", collection.table())
        .sql();
  }
}
