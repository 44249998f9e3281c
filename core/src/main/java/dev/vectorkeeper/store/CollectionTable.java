package dev.vectorkeeper.store;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Ddl;
import dev.vectorkeeper.postgres.Server;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.RowKeys;
import dev.vectorkeeper.source.SourceTable;
import org.jdbi.v3.core.Handle;

/**
 * The table of one collection: made, checked against what it should be, protected as its source is.
 */
public final class CollectionTable {
  private static final String CREATE =
      """
      create table if not exists {table} (
        {keys},
        {chunk}embedding {vector}({dimensions}) not null,
        content_hash bytea,
        truncated boolean not null default false,
        created_at timestamptz not null default now(),
        primary key ({key}){foreign}
      )
      """;

  private static final String POLICY =
      """
      create policy vectorkeeper_follows_source on {table}{kind}
      using ((select true from {source} s where {same}))
      """;

  private final Collection collection;
  private final Server server;

  public CollectionTable(Collection collection, Server server) {
    this.collection = collection;
    this.server = server;
  }

  /**
   * Makes the table where it is missing and protects it as the source is.
   *
   * @param existing whether it was the user's own before, so that it keeps its own rights and
   *     policies
   */
  public void create(Handle handle, SourceTable source, boolean foreignKey, boolean existing) {
    if (existing && ExistingTable.isPresent(handle, collection.table())) {
      ExistingTable.take(handle, collection.table());
    }
    RowKeys keys = collection.source().keys();
    boolean chunked = collection.source().chunking().isPresent();
    String target = keys.targets("");
    Ddl.run(
        handle,
        SqlText.of(CREATE)
            .with("table", collection.table())
            .with("keys", keys.join(",\n  ", i -> column(keys, i)))
            .with(
                "chunk",
                chunked
                    ? "chunk integer not null,\n  chunk_start integer not null,\n  chunk_end integer not null,\n  "
                    : "")
            .with("vector", server.vectorType())
            .with("dimensions", Integer.toString(collection.profile().space().dimensions()))
            .with("key", target + (chunked ? ", chunk" : ""))
            .with("foreign", foreignKey ? foreignKey(source, target) : "")
            .sql());
    Ddl.run(
        handle,
        "comment on table "
            + collection.table().sql()
            + " is "
            + SqlName.literal(
                "Vectorkeeper: embeddings of "
                    + source.name()
                    + " under the profile "
                    + collection.profile().name()));
    // Equal texts are looked for by their hash; a hash index costs a write the least.
    Ddl.run(
        handle,
        "create index if not exists "
            + SqlName.quote(indexName(collection.table().name()))
            + " on "
            + collection.table().sql()
            + " using hash (content_hash)");
    if (!existing) {
      Grants.copy(handle, source.relation(), collection.table());
    }
    if (source.facts().rowSecurity()) {
      followPolicies(handle, source, existing);
    }
  }

  private static String indexName(String table) {
    return (table.length() > 46 ? table.substring(0, 46) : table) + "_content_hash_idx";
  }

  private static String column(RowKeys keys, int i) {
    var column = keys.columns().get(i - 1);
    return SqlName.quote(column.target()) + " " + column.type() + " not null";
  }

  private static String foreignKey(SourceTable source, String target) {
    String referred =
        source.key().stream()
            .map(c -> SqlName.quote(c.name()))
            .collect(java.util.stream.Collectors.joining(", "));
    return ",\n  foreign key ("
        + target
        + ") references "
        + source.name().sql()
        + " ("
        + referred
        + ") on delete cascade";
  }

  /**
   * The scalar form keeps the vector index in use, an exists would lose it (postgres-facts 3).
   *
   * @param narrow whether the table has policies of its own that hide more
   */
  private void followPolicies(Handle handle, SourceTable source, boolean narrow) {
    RowKeys keys = collection.source().keys();
    String table = collection.table().sql();
    Ddl.run(handle, "alter table " + table + " enable row level security");
    Ddl.run(handle, "drop policy if exists vectorkeeper_follows_source on " + table);
    Ddl.run(
        handle,
        SqlText.of(POLICY)
            .with("table", collection.table())
            .with("source", source.name())
            .with("kind", narrow ? " as restrictive" : "")
            .with(
                "same",
                keys.join(
                    " and ",
                    i ->
                        "s."
                            + SqlName.quote(keys.columns().get(i - 1).name())
                            + " = "
                            + table
                            + "."
                            + SqlName.quote(keys.columns().get(i - 1).target())))
            .sql());
  }
}
