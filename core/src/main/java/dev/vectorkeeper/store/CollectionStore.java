package dev.vectorkeeper.store;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Server;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.source.RowKeys;
import dev.vectorkeeper.store.EmbeddedText.Piece;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.statement.Update;

/** Vectors in a table of the collection's own. */
public final class CollectionStore implements VectorStore {
  private static final String READ =
      """
      select {key} as key, c.content_hash as stored, s.content_hash as hash,
             case when s.content_hash is distinct from c.content_hash then s.content end as content,
             s.content_hash is distinct from c.content_hash
               and exists (select from {table} d where d.content_hash = s.content_hash) as twin
      from {keys}
      left join {source} s on true
      left join {table} c on {targetKey}{first}
      order by w.ord
      """;

  /**
   * Only what the source still says is stored; the order keeps two workers with the same keys from
   * a deadlock.
   */
  private static final String WRITE =
      """
      insert into {table} ({target}, {chunk}embedding, content_hash, truncated)
      select {rowKeys}, {rowChunk}w.embedding, w.content_hash, w.truncated
      from {rows} cross join {source} s
      where s.content_hash = w.content_hash
      order by {rowKeys}
      on conflict ({target}{chunkKey}) do update
      set embedding = excluded.embedding, content_hash = excluded.content_hash,
          truncated = excluded.truncated, created_at = excluded.created_at{chunkSet}
      """;

  /** Only where the write stored this text: another worker may have stored a newer one's chunks. */
  private static final String DROP_LATER_CHUNKS =
      """
      delete from {table} c using {rows}
      where {targetKey} and c.chunk > w.last
        and exists (select from {table} f where {firstKey} and f.chunk = 0 and f.content_hash = w.content_hash)
      """;

  /** All chunks of a row with the same text, whichever it is by now. */
  private static final String COPY_TWINS =
      """
      insert into {table} ({target}, {chunk}embedding, content_hash, truncated)
      select {rowKeys}, {twinChunk}d.embedding, d.content_hash, d.truncated
      from {keys} cross join {source} s
      cross join lateral (select * from {table} f where f.content_hash = s.content_hash limit 1) f
      join {table} d on {sameTwin} and d.content_hash = s.content_hash
      order by {rowKeys}
      on conflict ({target}{chunkKey}) do update
      set embedding = excluded.embedding, content_hash = excluded.content_hash,
          truncated = excluded.truncated, created_at = excluded.created_at{chunkSet}
      """;

  private static final String DROP_OTHER_CHUNKS =
      """
      delete from {table} c using {keys} cross join {source} s
      where {targetKey} and c.content_hash is distinct from s.content_hash
        and exists (select from {table} f where {firstKey} and f.chunk = 0 and f.content_hash = s.content_hash)
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

  private static final String CHUNK_COLUMNS = "chunk, chunk_start, chunk_end, ";
  private static final String CHUNK_SET =
      ", chunk_start = excluded.chunk_start, chunk_end = excluded.chunk_end";

  private final Collection collection;
  private final RowKeys keys;
  private final boolean chunked;
  private final String read;
  private final String write;
  private final String vectorType;
  private final String dropLaterChunks;
  private final String copyTwins;
  private final String dropOtherChunks;
  private final String remove;
  private final String recheck;

  public CollectionStore(Collection collection, Server server) {
    this.collection = collection;
    this.keys = collection.source().keys();
    this.chunked = collection.source().chunking().isPresent();
    this.vectorType = server.vectorType();
    this.read = joined(READ).with("key", keys.text("w")).with("first", first()).sql();
    this.copyTwins =
        SqlText.of(COPY_TWINS)
            .with("keys", keys.unnested())
            .with("source", keys.looked(collection.source().content(), "w"))
            .with("table", collection.table())
            .with("target", keys.targets(""))
            .with("rowKeys", keys.list("w"))
            .with("chunk", chunked ? CHUNK_COLUMNS : "")
            .with("twinChunk", chunked ? "d.chunk, d.chunk_start, d.chunk_end, " : "")
            .with(
                "sameTwin",
                keys.join(
                    " and ",
                    i -> {
                      String name = SqlName.quote(keys.columns().get(i - 1).target());
                      return "d." + name + " = f." + name;
                    }))
            .with("chunkKey", chunked ? ", chunk" : "")
            .with("chunkSet", chunked ? CHUNK_SET : "")
            .sql();
    this.dropOtherChunks =
        joined(DROP_OTHER_CHUNKS).with("firstKey", keys.targetEqual("f", "w")).sql();
    this.remove = joined(REMOVE).sql();
    this.recheck =
        joined(RECHECK)
            .with("log", collection.source().changeLog())
            .with("keyNames", keys.list(""))
            .with("logged", keys.list("w"))
            .with("first", first())
            .sql();
    this.write = write(server.vectorType());
    this.dropLaterChunks =
        SqlText.of(DROP_LATER_CHUNKS)
            .with("table", collection.table())
            .with(
                "rows",
                keys.unnested(
                    ", cast(:last as integer[]), cast(:hashes as bytea[])", ", last, content_hash"))
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

  private String first() {
    return chunked ? " and c.chunk = 0" : "";
  }

  private String write(String vectorType) {
    String arrays =
        (chunked
                ? ", cast(:chunks as integer[]), cast(:starts as integer[]), cast(:ends as integer[])"
                : "")
            + ", cast(:vectors as "
            + vectorType
            + "[]), cast(:hashes as bytea[]), cast(:truncated as boolean[])";
    String names = (chunked ? ", " + CHUNK_COLUMNS : ", ") + "embedding, content_hash, truncated";
    return SqlText.of(WRITE)
        .with("table", collection.table())
        .with("target", keys.targets(""))
        .with("chunk", chunked ? CHUNK_COLUMNS : "")
        .with("rowKeys", keys.list("w"))
        .with("rowChunk", chunked ? "w.chunk, w.chunk_start, w.chunk_end, " : "")
        .with("rows", keys.unnested(arrays, names))
        .with("source", keys.looked(collection.source().content(), "w"))
        .with("chunkKey", chunked ? ", chunk" : "")
        .with("chunkSet", chunked ? CHUNK_SET : "")
        .sql();
  }

  @Override
  public List<ContentRow> read(Handle handle, List<String> rowKeys) {
    return keys.bind(handle.createQuery(read), rowKeys)
        .map(
            (row, context) ->
                new ContentRow(
                    row.getString("key"),
                    row.getBytes("hash"),
                    row.getBytes("stored"),
                    row.getBoolean("twin"),
                    false,
                    row.getString("content")))
        .list();
  }

  @Override
  public int write(Handle handle, List<EmbeddedText> vectors) {
    Update update =
        keys.bind(handle.createUpdate(write), vectors.stream().map(EmbeddedText::key).toList())
            .bind("vectors", new VectorArray(vectorType, vectors))
            .bind("hashes", hashes(vectors))
            .bindArray(
                "truncated", Boolean.class, vectors.stream().map(EmbeddedText::truncated).toList());
    if (chunked) {
      update
          .bindArray("chunks", Integer.class, pieces(vectors, Piece::number))
          .bindArray("starts", Integer.class, pieces(vectors, Piece::start))
          .bindArray("ends", Integer.class, pieces(vectors, Piece::end));
    }
    int stored = update.execute();
    if (chunked) {
      dropLaterChunks(handle, vectors);
    }
    return stored;
  }

  private static List<Integer> pieces(List<EmbeddedText> vectors, Function<Piece, Integer> number) {
    return vectors.stream().map(EmbeddedText::piece).map(number).toList();
  }

  private static Argument hashes(java.util.Collection<EmbeddedText> vectors) {
    byte[][] hashes = vectors.stream().map(EmbeddedText::hash).toArray(byte[][]::new);
    return (position, statement, context) ->
        statement.setArray(position, statement.getConnection().createArrayOf("bytea", hashes));
  }

  private void dropLaterChunks(Handle handle, List<EmbeddedText> vectors) {
    Map<String, EmbeddedText> last = new LinkedHashMap<>();
    vectors.forEach(vector -> last.put(vector.key(), vector));
    keys.bind(handle.createUpdate(dropLaterChunks), List.copyOf(last.keySet()))
        .bindArray(
            "last", Integer.class, last.values().stream().map(v -> v.piece().number()).toList())
        .bind("hashes", hashes(last.values()))
        .execute();
  }

  /** Nobody else writes to a table of Vectorkeeper's own. */
  @Override
  public void keep(Handle handle, List<String> rowKeys) {}

  @Override
  public void copyTwins(Handle handle, List<String> rowKeys) {
    keys.bind(handle.createUpdate(copyTwins), rowKeys).execute();
    if (chunked) {
      keys.bind(handle.createUpdate(dropOtherChunks), rowKeys).execute();
    }
  }

  @Override
  public int remove(Handle handle, List<String> rowKeys) {
    return keys.bind(handle.createUpdate(remove), rowKeys).execute();
  }

  @Override
  public int recheck(Handle handle, List<String> rowKeys) {
    return keys.bind(handle.createUpdate(recheck), rowKeys).execute();
  }
}
