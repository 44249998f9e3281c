package dev.vectorkeeper.store;

import dev.vectorkeeper.source.KeyColumn;
import dev.vectorkeeper.source.RowKeys;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;

/**
 * Rows for the staging table. Keys of the commonest types go in their binary form, all others as
 * text, which the merge casts.
 */
final class StageRows {
  private final RowKeys keys;
  private final List<KeyColumn> columns;
  private final boolean chunked;
  private final PgBinary out = new PgBinary();

  StageRows(RowKeys keys, boolean chunked) {
    this.keys = keys;
    this.columns = keys.columns();
    this.chunked = chunked;
  }

  /** The type of a key column in the staging table. */
  static String stagedType(KeyColumn column) {
    return switch (column.type()) {
      case "bigint", "integer", "smallint", "uuid" -> column.type();
      default -> "text";
    };
  }

  void add(EmbeddedText row) {
    out.row(columns.size() + (chunked ? 5 : 2));
    String[] parts = keys.split(row.key());
    for (int i = 0; i < parts.length; i++) {
      key(columns.get(i).type(), parts[i]);
    }
    if (chunked) {
      out.integer(row.piece().number()).integer(row.piece().start()).integer(row.piece().end());
    }
    out.vector(row.vector()).bytes(row.hash());
  }

  private void key(String type, String value) {
    switch (type) {
      case "bigint" -> out.bytes(ByteBuffer.allocate(8).putLong(Long.parseLong(value)).array());
      case "integer" -> out.integer(Integer.parseInt(value));
      case "smallint" ->
          out.bytes(ByteBuffer.allocate(2).putShort(Short.parseShort(value)).array());
      case "uuid" -> {
        UUID uuid = UUID.fromString(value);
        out.bytes(
            ByteBuffer.allocate(16)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array());
      }
      default -> out.text(value);
    }
  }

  ByteBuffer finish() {
    return out.finish();
  }
}
