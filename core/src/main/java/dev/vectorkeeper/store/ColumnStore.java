package dev.vectorkeeper.store;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Server;
import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.postgres.SqlText;
import dev.vectorkeeper.provider.Vectors;
import dev.vectorkeeper.source.RowKeys;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.statement.SqlStatement;

/**
 * Vectors in a column of the user's own table. Beside it, in the catalog, stands for each row the
 * hash of the text and of the vector that belong together. A vector whose hash is another one was
 * written by the application: it is kept until the row's text changes. One that was set to null is
 * made again.
 *
 * <p>The column is reached through a view, never by its name: a view follows its column when a
 * migration swaps the names, so that no write under way can hit the column of another space.
 */
final class ColumnStore implements VectorStore {
  private static final String READ =
      """
      select {key} as key, s.content_hash as hash, {stored} as stored,
             case when s.content_hash is distinct from {stored} then s.content end as content,
             s.content_hash is distinct from {stored}
               and exists (
                 select from {side} d join {table} f on {twin}
                 where d.content_hash = s.content_hash and not d.kept and d.vector_hash = {twinHash}) as twin,
             s.content_hash is not null and {foreign} as foreign
      from {keys}
      left join {source} s on true
      left join {table} t on {row}
      left join {side} c on {known}
      order by w.ord
      """;

  /**
   * Rows are locked first, those that somebody else holds are passed over and come again: so the
   * application's own updates of several rows never deadlock with this one (postgres-facts 12).
   */
  private static final String WRITE =
      """
      with meant as (
        select {rowKeys}, w.embedding, w.content_hash, w.truncated
        from {rows} cross join {source} s
        where s.content_hash = w.content_hash),
      locked as (
        select {lockedKeys} from {table} t join meant w on {row} order by {lockedOrder}
        for no key update of t skip locked),
      written as (
        update {table} t set embedding = w.embedding
        from meant w join locked l on {sameLocked}
        where {row} and (t.embedding is null or exists (
          select from {side} c where {known} and c.vector_hash = {vectorHash}))
        returning {returned}, w.content_hash, w.truncated, {vectorHash} as vector_hash)
      insert into {side} as c ({names}, content_hash, vector_hash, truncated, kept, created_at)
      select {writtenKeys}, n.content_hash, n.vector_hash, n.truncated, false, now() from written n
      on conflict ({names}) do update
      set content_hash = excluded.content_hash, vector_hash = excluded.vector_hash,
          truncated = excluded.truncated, kept = false, created_at = excluded.created_at
      """;

  private static final String KEEP =
      """
      insert into {side} as c ({names}, content_hash, vector_hash, truncated, kept, created_at)
      select {rowKeys}, s.content_hash, {vectorHash}, false, true, now()
      from {keys} cross join {source} s join {table} t on {row}
      where s.content_hash is not null and t.embedding is not null
      on conflict ({names}) do update
      set content_hash = excluded.content_hash, vector_hash = excluded.vector_hash,
          truncated = false, kept = true, created_at = excluded.created_at
      where c.vector_hash is distinct from excluded.vector_hash
      """;

  private static final String TWINS =
      """
      select {key} as key, s.content_hash as hash, d.truncated, d.embedding::text as vector
      from {keys} cross join {source} s
      cross join lateral (
        select d.truncated, f.embedding from {side} d join {table} f on {twin}
        where d.content_hash = s.content_hash and not d.kept and d.vector_hash = {twinHash} limit 1) d
      """;

  /** What the application wrote itself is left to it, and so is a row that it holds. */
  private static final String REMOVE =
      """
      with locked as (
        select {lockedKeys} from {table} t join {keys} on {row}
        left join {source} s on true join {side} c on {known}
        where s.content_hash is null and not c.kept and c.vector_hash = {vectorHash}
        order by {lockedOrder} for no key update of t skip locked)
      update {table} t set embedding = null from locked w where {row}
      """;

  /** Not of a row whose vector is still there, because somebody held it: it comes again. */
  private static final String FORGET =
      """
      delete from {side} c using {keys} left join {source} s on true
      where {known} and s.content_hash is null and not exists (
        select from {table} t where {row} and not c.kept and c.vector_hash = {vectorHash})
      """;

  private static final String RECHECK =
      """
      insert into {log} ({names})
      select {rowKeys} from {keys}
      left join {source} s on true
      left join {table} t on {row}
      left join {side} c on {known}
      where s.content_hash is distinct from {stored}
      """;

  /** Tells the trigger on the column that it is not the application that writes. */
  private static final String OWN = "select set_config('vectorkeeper.writing', 'on', true)";

  private static final String INDEXED =
      """
      select exists (
        select from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am m on m.oid = c.relam
        where i.indrelid = cast(:relation as oid) and m.amname in ('hnsw', 'ivfflat'))
      """;

  /**
   * The rows are the application's own, and stay locked until their versions are in all of the
   * table's indexes: at 1,536 dimensions some 20 ms each in one of vectors.
   */
  private static final int ROWS_AT_ONCE = 8;

  /** The same where the table has no such index: half a millisecond each. */
  private static final int PLAIN_ROWS_AT_ONCE = 128;

  private final Collection collection;
  private final RowKeys keys;
  private final String vectorType;
  private final String vectorHash;
  private final String twinHash;

  ColumnStore(Collection collection, Server server) {
    this.collection = collection;
    this.keys = collection.source().keys();
    this.vectorType = server.vectorType();
    String send = SqlName.quote(server.vectorSchema().orElseThrow()) + ".vector_send";
    this.vectorHash = "sha256(" + send + "(t.embedding))";
    this.twinHash = "sha256(" + send + "(f.embedding))";
  }

  /** The view of a collection's column as {@code embedding}, with the keys named k1, k2, … */
  static SqlName cells(Collection collection) {
    return SqlName.catalog("cells_" + collection.id());
  }

  /** The side table, whose keys are named k1, k2, … */
  static SqlName side(Collection collection) {
    return SqlName.catalog("column_" + collection.id());
  }

  /** Fills the slots that a template has. */
  private String sql(String template, String rows) {
    String sql = template;
    String known = keys.equal("c", "w");
    String[][] slots = {
      {"key", keys.text("w")},
      {"keys", keys.unnested()},
      {"rows", rows},
      {"rowKeys", keys.list("w")},
      {"names", keys.list("")},
      {"source", keys.looked(collection.source().content(), "w")},
      {"table", cells(collection).sql()},
      {"side", side(collection).sql()},
      {"log", collection.source().changeLog().sql()},
      {"row", keys.equal("t", "w")},
      {"known", known},
      {"twin", keys.equal("f", "d")},
      {"vectorHash", vectorHash},
      {"twinHash", twinHash},
      {"stored", stored()},
      {"foreign", foreign()},
      {"lockedKeys", keys.list("w")},
      {"lockedOrder", keys.list("w")},
      {"sameLocked", keys.equal("l", "w")},
      {"returned", keys.list("w")},
      {"writtenKeys", keys.list("n")},
    };
    SqlText text = SqlText.of(sql);
    for (String[] slot : slots) {
      if (template.contains("{" + slot[0] + "}")) {
        text.with(slot[0], slot[1]);
      }
    }
    return text.sql();
  }

  /**
   * The hash of the text that the stored vector is of; for a row that wants none, that there is
   * one.
   */
  private String stored() {
    return "(case when s.content_hash is null then c.content_hash when c.vector_hash = "
        + vectorHash
        + " then c.content_hash end)";
  }

  private String foreign() {
    return "(t.embedding is not null and c.vector_hash is distinct from " + vectorHash + ")";
  }

  @Override
  public int rowsAtOnce(Handle handle) {
    boolean indexed =
        handle
            .createQuery(INDEXED)
            .bind("relation", collection.source().relation())
            .mapTo(Boolean.class)
            .one();
    return indexed ? ROWS_AT_ONCE : PLAIN_ROWS_AT_ONCE;
  }

  /**
   * The table is locked before all that stands beside it, so that data definition which locks it,
   * too, finds nobody who came the other way round.
   */
  private void lock(Handle handle, String mode) {
    handle.execute("lock table " + collection.source().table().sql() + " in " + mode + " mode");
  }

  @Override
  public List<ContentRow> read(Handle handle, List<String> rowKeys) {
    return handle.inTransaction(transaction -> found(transaction, rowKeys));
  }

  private List<ContentRow> found(Handle handle, List<String> rowKeys) {
    lock(handle, "access share");
    return keys.bind(handle.createQuery(sql(READ, "")), rowKeys)
        .map(
            (row, context) ->
                new ContentRow(
                    row.getString("key"),
                    row.getBytes("hash"),
                    row.getBytes("stored"),
                    row.getBoolean("twin"),
                    row.getBoolean("foreign"),
                    row.getString("content")))
        .list();
  }

  @Override
  public int write(Handle handle, List<EmbeddedText> vectors) {
    lock(handle, "row exclusive");
    handle.execute(OWN);
    String rows =
        keys.unnested(
            ", cast(:vectors as "
                + vectorType
                + "[]), cast(:hashes as bytea[]), cast(:truncated as boolean[])",
            ", embedding, content_hash, truncated");
    SqlStatement<?> update =
        keys.bind(
                handle.createUpdate(sql(WRITE, rows)),
                vectors.stream().map(EmbeddedText::key).toList())
            .bind("vectors", new VectorArray(vectorType, vectors))
            .bind("hashes", hashes(vectors))
            .bindArray(
                "truncated", Boolean.class, vectors.stream().map(EmbeddedText::truncated).toList());
    return ((org.jdbi.v3.core.statement.Update) update).execute();
  }

  private static Argument hashes(List<EmbeddedText> vectors) {
    byte[][] hashes = vectors.stream().map(EmbeddedText::hash).toArray(byte[][]::new);
    return (position, statement, context) ->
        statement.setArray(position, statement.getConnection().createArrayOf("bytea", hashes));
  }

  @Override
  public void keep(Handle handle, List<String> rowKeys) {
    lock(handle, "row exclusive");
    keys.bind(handle.createUpdate(sql(KEEP, "")), rowKeys).execute();
  }

  @Override
  public void copyTwins(Handle handle, List<String> rowKeys) {
    lock(handle, "row exclusive");
    List<EmbeddedText> twins =
        keys.bind(handle.createQuery(sql(TWINS, "")), rowKeys)
            .map(
                (row, context) ->
                    new EmbeddedText(
                        row.getString("key"),
                        row.getBytes("hash"),
                        new EmbeddedText.Piece(0, 0, 0),
                        Vectors.parse(row.getString("vector")),
                        row.getBoolean("truncated")))
            .list();
    if (!twins.isEmpty()) {
      write(handle, twins);
    }
  }

  @Override
  public int remove(Handle handle, List<String> rowKeys) {
    lock(handle, "row exclusive");
    handle.execute(OWN);
    int removed = keys.bind(handle.createUpdate(sql(REMOVE, "")), rowKeys).execute();
    keys.bind(handle.createUpdate(sql(FORGET, "")), rowKeys).execute();
    return removed;
  }

  @Override
  public int recheck(Handle handle, List<String> rowKeys) {
    lock(handle, "access share");
    return keys.bind(handle.createUpdate(sql(RECHECK, "")), rowKeys).execute();
  }
}
