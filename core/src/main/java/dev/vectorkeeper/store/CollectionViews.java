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
             c.{column}::{vector} as embedding, {known},
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
        select e.collection_id from vectorkeeper.embedding_settings e where e.source_id = {source}){present}
      """;

  /** Stands outside the union, too: a branch with a condition would lose the index. */
  private static final String PRESENT = "u.embedding is not null";

  private final Source source;
  private final Server server;

  public CollectionViews(Source source, Server server) {
    this.source = source;
    this.server = server;
  }

  /** Makes both views anew over these collections, of which there must be one at least. */
  public void create(Handle handle, SourceTable table, List<Collection> live) {
    boolean inColumn = live.stream().anyMatch(c -> c.column().isPresent());
    String branches = live.stream().map(this::branch).collect(Collectors.joining("union all\n"));
    String active =
        SqlText.of(ACTIVE)
            .with("branches", "\n" + branches)
            .with("source", Integer.toString(source.id()))
            .with("present", inColumn ? " and " + PRESENT : "")
            .sql();
    String all = inColumn ? "select u.* from (\n" + branches + ") u where " + PRESENT : branches;
    replace(handle, table, source.allView(), all);
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
        .with("keys", keys(collection))
        .with("chunk", source.chunking().isPresent() ? "c.chunk" : "0")
        .with("profile", SqlName.literal(collection.profile().name()))
        .with("provider", SqlName.literal(space.provider()))
        .with("model", SqlName.literal(space.model()))
        .with("dimensions", Integer.toString(space.dimensions()))
        .with("task", SqlName.literal(space.task()))
        .with("vector", server.vectorType())
        .with("collection", Integer.toString(collection.id()))
        .with("column", SqlName.quote(collection.column().orElse("embedding")))
        .with(
            "known",
            collection.column().isPresent()
                ? "null::bytea as content_hash, null::timestamptz as created_at"
                : "c.content_hash, c.created_at")
        .with("table", collection.column().isPresent() ? source.table() : collection.table())
        .sql();
  }

  /** In the user's own table they have the names that they have there. */
  private String keys(Collection collection) {
    return collection.column().isEmpty()
        ? source.keys().targets("c")
        : source
            .keys()
            .join(
                ", ",
                i ->
                    "c."
                        + SqlName.quote(source.keys().columns().get(i - 1).name())
                        + " as "
                        + SqlName.quote(source.keys().columns().get(i - 1).target()));
  }
}
