package dev.vectorkeeper.store;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Server;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.RowKeys;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;

/**
 * Reads what rows say and what is stored for them, writes vectors under the fence, and rechecks
 * afterwards, for one collection. Each method is one statement's worth of work in the caller's
 * transaction.
 */
public final class CollectionStore {
  private static final String READ =
      """
      select {key} as key, c.content_hash as stored, s.content_hash as hash,
             case when s.content_hash is distinct from c.content_hash then s.content end as content
      from {keys}
      left join {source} s on true
      left join {table} c on {targetKey}{first}
      order by w.ord
      """;

  private static final String STAGE =
      """
      create temporary table if not exists {stage}
      ({keys}, {chunk}embedding {vector}, content_hash bytea) on commit delete rows
      """;

  /**
   * Only what the source still says is stored; the order keeps two workers with the same keys from
   * a deadlock.
   */
  private static final String MERGE =
      """
      insert into {table} ({target}, {chunk}embedding, content_hash)
      select {stageKeys}, {stageChunk}t.embedding, t.content_hash
      from {stage} t cross join {source} s
      where s.content_hash = t.content_hash
      order by {stageKeys}
      on conflict ({target}{chunkKey}) do update
      set embedding = excluded.embedding, content_hash = excluded.content_hash,
          created_at = excluded.created_at{chunkSet}
      """;

  /** Only where the merge stored this text: another worker may have stored a newer one's chunks. */
  private static final String DROP_LATER_CHUNKS =
      """
      delete from {table} c
      using (select {stageKeys}, t.content_hash, max(t.chunk) as last from {stage} t
             group by {stageKeys}, t.content_hash) w
      where {targetKey} and c.chunk > w.last
        and exists (select from {table} f where {firstKey} and f.chunk = 0 and f.content_hash = w.content_hash)
      """;

  private static final String REMOVE =
      """
      delete from {table} c using {keys} left join {source} s on true
      where {targetKey} and s.content_hash is null
      """;

  private static final String RECHECK =
      """
      insert into {log} ({keyNames})
      select {logged} from {keys}
      left join {source} s on true
      left join {table} c on {targetKey}{first}
      where s.content_hash is distinct from c.content_hash
      """;

  private final Collection collection;
  private final RowKeys keys;
  private final boolean chunked;
  private final String stage;
  private final String read;
  private final String createStage;
  private final String merge;
  private final String dropLaterChunks;
  private final String remove;
  private final String recheck;

  public CollectionStore(Collection collection, Server server) {
    this.collection = collection;
    this.keys = collection.source().keys();
    this.chunked = collection.source().chunking().isPresent();
    this.stage = "vectorkeeper_stage_" + collection.id();
    this.read = joined(READ).with("key", keys.text("w")).with("first", first()).sql();
    this.remove = joined(REMOVE).sql();
    this.recheck =
        joined(RECHECK)
            .with("log", collection.source().changeLog())
            .with("keyNames", keys.list(""))
            .with("logged", keys.list("w"))
            .with("first", first())
            .sql();
    this.createStage =
        SqlText.of(STAGE)
            .with("stage", stage)
            .with(
                "keys",
                keys.join(
                    ", ", i -> "k" + i + " " + StageRows.stagedType(keys.columns().get(i - 1))))
            .with("chunk", chunked ? "chunk integer, chunk_start integer, chunk_end integer, " : "")
            .with("vector", server.vectorType())
            .sql();
    this.merge = merge();
    this.dropLaterChunks =
        SqlText.of(DROP_LATER_CHUNKS)
            .with("table", collection.table())
            .with("stageKeys", keys.list("t"))
            .with("stage", staged())
            .with("targetKey", keys.targetEqual("c", "w"))
            .with("firstKey", keys.targetEqual("f", "w"))
            .sql();
  }

  private SqlText joined(String template) {
    return SqlText.of(template)
        .with("keys", keys.unnested())
        .with("source", keys.looked(collection.source().content(), "w"))
        .with("table", collection.table())
        .with("targetKey", keys.targetEqual("c", "w"));
  }

  /** The staged rows with their keys in the source's own types. */
  private String staged() {
    return "(select "
        + keys.join(
            ", ", i -> "cast(k" + i + " as " + keys.columns().get(i - 1).type() + ") as k" + i)
        + (chunked ? ", chunk, chunk_start, chunk_end" : "")
        + ", embedding, content_hash from pg_temp."
        + stage
        + ")";
  }

  private String first() {
    return chunked ? " and c.chunk = 0" : "";
  }

  private String merge() {
    return SqlText.of(MERGE)
        .with("table", collection.table())
        .with("target", keys.targets(""))
        .with("chunk", chunked ? "chunk, chunk_start, chunk_end, " : "")
        .with("stageKeys", keys.list("t"))
        .with("stageChunk", chunked ? "t.chunk, t.chunk_start, t.chunk_end, " : "")
        .with("stage", staged())
        .with("source", keys.looked(collection.source().content(), "t"))
        .with("chunkKey", chunked ? ", chunk" : "")
        .with(
            "chunkSet",
            chunked ? ", chunk_start = excluded.chunk_start, chunk_end = excluded.chunk_end" : "")
        .sql();
  }

  /**
   * What the source says of each key now.
   *
   * @param rowKeys keys in their text form
   * @return one row a key, in the same order
   */
  public List<ContentRow> read(Handle handle, List<String> rowKeys) {
    return keys.bind(handle.createQuery(read), rowKeys)
        .map(
            (row, context) ->
                new ContentRow(
                    row.getString("key"),
                    row.getBytes("hash"),
                    row.getBytes("stored"),
                    row.getString("content")))
        .list();
  }

  /**
   * Stores vectors whose row still has the text that was embedded. Several vectors of one key are
   * its chunks, in order and complete.
   *
   * @return how many vectors were stored
   */
  public int write(Handle handle, List<EmbeddedText> vectors) {
    ensureStage(handle);
    copy(handle, vectors);
    int stored = handle.createUpdate(merge).execute();
    if (chunked) {
      handle.createUpdate(dropLaterChunks).execute();
    }
    return stored;
  }

  /** Asks first: after any "create" the driver prepares every statement of its session anew. */
  private void ensureStage(Handle handle) {
    boolean present =
        handle
            .createQuery("select to_regclass('pg_temp." + stage + "') is not null")
            .mapTo(Boolean.class)
            .one();
    if (!present) {
      handle.execute(createStage);
    }
  }

  private void copy(Handle handle, List<EmbeddedText> vectors) {
    StageRows rows = new StageRows(keys, chunked);
    vectors.forEach(rows::add);
    ByteBuffer data = rows.finish();
    try {
      CopyManager manager = handle.getConnection().unwrap(PGConnection.class).getCopyAPI();
      CopyIn copy = manager.copyIn("copy pg_temp." + stage + " from stdin with (format binary)");
      try {
        copy.writeToCopy(data.array(), 0, data.limit());
        copy.endCopy();
      } finally {
        if (copy.isActive()) {
          copy.cancelCopy();
        }
      }
    } catch (SQLException e) {
      throw new org.jdbi.v3.core.statement.UnableToExecuteStatementException(e, null);
    }
  }

  /** Removes the vectors of keys whose row is gone, filtered out or blank. */
  public int remove(Handle handle, List<String> rowKeys) {
    return keys.bind(handle.createUpdate(remove), rowKeys).execute();
  }

  /**
   * Logs again every key of these whose stored vector is not that of its row's present text. Must
   * run in a transaction that began after the write committed (postgres-facts 1).
   */
  public int recheck(Handle handle, List<String> rowKeys) {
    return keys.bind(handle.createUpdate(recheck), rowKeys).execute();
  }
}
