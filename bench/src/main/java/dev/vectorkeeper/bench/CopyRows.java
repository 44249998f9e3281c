package dev.vectorkeeper.bench;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.store.EmbeddedText;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * A bare binary COPY of embedded texts with a bigint key: what a loader that knows of nothing else
 * would do. The formats are those of PostgreSQL's documentation of COPY and of pgvector's {@code
 * vector_recv}.
 */
final class CopyRows {
  private static final byte[] SIGNATURE = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
  };
  private static final int CHUNK = 1 << 16;

  private CopyRows() {}

  /** Copies the rows into the collection's table with one statement. */
  static void copy(Connection session, Collection collection, List<EmbeddedText> rows)
      throws SQLException {
    String key = collection.source().keys().targets("");
    copy(
        session,
        "copy %s (%s, embedding, content_hash) from stdin with (format binary)"
            .formatted(collection.table().sql(), key),
        rows);
  }

  /** Copies key, vector and hash of each row with a statement. */
  static void copy(Connection session, String statement, List<EmbeddedText> rows)
      throws SQLException {
    CopyIn copy = session.unwrap(PGConnection.class).getCopyAPI().copyIn(statement);
    try {
      ByteBuffer out = ByteBuffer.allocate(CHUNK).put(SIGNATURE);
      for (EmbeddedText row : rows) {
        if (out.remaining() < size(row)) {
          copy.writeToCopy(out.array(), 0, out.position());
          out.clear();
        }
        put(out, row);
      }
      out.putShort((short) -1);
      copy.writeToCopy(out.array(), 0, out.position());
      copy.endCopy();
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  private static int size(EmbeddedText row) {
    return 64 + 4 * row.vector().length + row.hash().length;
  }

  private static void put(ByteBuffer out, EmbeddedText row) {
    out.putShort((short) 3).putInt(8).putLong(Long.parseLong(row.key()));
    out.putInt(VectorValue.length(row.vector()));
    VectorValue.put(out, row.vector());
    out.putInt(row.hash().length).put(row.hash());
  }
}
