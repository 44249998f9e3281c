package dev.vectorkeeper.bench;

import dev.vectorkeeper.store.EmbeddedText;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.List;
import java.util.Properties;

/**
 * Other ways to store a batch than the engine's, in a session of their own, each in one
 * transaction: without a fence where nothing else is said.
 */
final class StoreWays implements AutoCloseable {
  private static final String ON_CONFLICT =
      " on conflict (id) do update set embedding = excluded.embedding,"
          + " content_hash = excluded.content_hash, created_at = excluded.created_at";

  private final String table;
  private final String source;
  private final Connection session;

  private StoreWays(String table, String source, Connection session) {
    this.table = table;
    this.source = source;
    this.session = session;
  }

  static StoreWays of(StoreRows rows) throws SQLException {
    long vectorType = rows.database().number("select 'vector'::regtype::oid::bigint");
    Properties properties = new Properties();
    properties.setProperty("reWriteBatchedInserts", "true");
    properties.setProperty("binaryTransferEnable", Long.toString(vectorType));
    Connection session = rows.database().session(properties);
    try (Statement statement = session.createStatement()) {
      statement.execute(
          "create temporary table staged (id bigint, embedding vector, content_hash bytea) on commit delete rows");
    }
    session.setAutoCommit(false);
    return new StoreWays(
        rows.collection().table().sql(), rows.collection().source().content().sql(), session);
  }

  /** A copy into a temporary table and a merge that asks nobody. */
  void copyAndMerge(List<EmbeddedText> rows) throws SQLException {
    CopyRows.copy(session, "copy staged from stdin with (format binary)", rows);
    execute(
        "insert into " + table + " select id, embedding, content_hash from staged" + ON_CONFLICT);
    session.commit();
  }

  /** An upsert a row with vectors in binary form, which the driver makes fewer statements of. */
  void batchedUpserts(List<EmbeddedText> rows) throws SQLException {
    String upsert =
        "insert into " + table + " (id, embedding, content_hash) values (?, ?, ?)" + ON_CONFLICT;
    try (PreparedStatement statement = session.prepareStatement(upsert)) {
      for (EmbeddedText row : rows) {
        statement.setLong(1, Long.parseLong(row.key()));
        statement.setObject(2, new VectorValue(row.vector()));
        statement.setBytes(3, row.hash());
        statement.addBatch();
      }
      statement.executeBatch();
    }
    session.commit();
  }

  /** Fenced: one statement over a list of values, in binary form, joined with the source. */
  void fencedValues(List<EmbeddedText> rows) throws SQLException {
    String values =
        String.join(", ", Collections.nCopies(rows.size(), "(?::bigint, ?::vector, ?::bytea)"));
    String insert =
        "insert into %s (id, embedding, content_hash) select t.* from (values %s) t(id, embedding, content_hash) join %s s on s.k1 = t.id where s.content_hash = t.content_hash order by t.id"
            .formatted(table, values, source);
    try (PreparedStatement statement = session.prepareStatement(insert + ON_CONFLICT)) {
      int place = 0;
      for (EmbeddedText row : rows) {
        statement.setLong(++place, Long.parseLong(row.key()));
        statement.setObject(++place, new VectorValue(row.vector()));
        statement.setBytes(++place, row.hash());
      }
      statement.executeUpdate();
    }
    session.commit();
  }

  /** One statement over arrays, the vectors in text form. */
  void unnest(List<EmbeddedText> rows) throws SQLException {
    unnest(rows, "select * from " + arrays() + " t");
  }

  /** Fenced: the same, joined with the source. */
  void fencedUnnest(List<EmbeddedText> rows) throws SQLException {
    unnest(
        rows,
        "select t.* from "
            + arrays()
            + " t(id, embedding, content_hash) join "
            + source
            + " s on s.k1 = t.id where s.content_hash = t.content_hash order by t.id");
  }

  private static String arrays() {
    return "unnest(?::bigint[], ?::text[]::vector[], ?::bytea[])";
  }

  private void unnest(List<EmbeddedText> rows, String select) throws SQLException {
    String insert = "insert into " + table + " (id, embedding, content_hash) " + select;
    try (PreparedStatement statement = session.prepareStatement(insert + ON_CONFLICT)) {
      statement.setArray(
          1,
          session.createArrayOf(
              "bigint", rows.stream().map(row -> Long.valueOf(row.key())).toArray()));
      statement.setArray(
          2,
          session.createArrayOf(
              "text", rows.stream().map(row -> VectorValue.text(row.vector())).toArray()));
      statement.setArray(
          3,
          session.createArrayOf(
              "bytea", rows.stream().map(EmbeddedText::hash).toArray(byte[][]::new)));
      statement.executeUpdate();
    }
    session.commit();
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = session.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws SQLException {
    session.close();
  }
}
