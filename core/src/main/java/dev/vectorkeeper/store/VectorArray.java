package dev.vectorkeeper.store;

import java.nio.ByteBuffer;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.statement.StatementContext;
import org.postgresql.core.BaseConnection;
import org.postgresql.util.PGBinaryObject;
import org.postgresql.util.PGobject;

/**
 * Vectors as one parameter of type {@code vector[]} in the server's binary form: an array's header
 * (dimensions, nulls, the element's type, length, lower bound), then each vector's length in bytes,
 * its dimensions, a reserved number and its components.
 */
final class VectorArray implements Argument {
  private static final int HEADER = 20;

  private final String elementType;
  private final List<EmbeddedText> rows;

  /**
   * An array.
   *
   * @param elementType the qualified name of pgvector's type
   */
  VectorArray(String elementType, List<EmbeddedText> rows) {
    this.elementType = elementType;
    this.rows = rows;
  }

  @Override
  public void apply(int position, PreparedStatement statement, StatementContext context)
      throws SQLException {
    BaseConnection connection = statement.getConnection().unwrap(BaseConnection.class);
    String arrayType = elementType + "[]";
    int array = connection.getTypeInfo().getPGType(arrayType);
    if (!connection.binaryTransferSend(array)) {
      connection.getQueryExecutor().addBinarySendOid(array);
    }
    byte[] bytes = bytes(connection.getTypeInfo().getPGType(elementType));
    statement.setObject(position, new Binary(arrayType, bytes));
  }

  private byte[] bytes(int element) {
    int size = HEADER;
    for (EmbeddedText row : rows) {
      size += 4 + 4 + 4 * row.vector().length;
    }
    ByteBuffer out = ByteBuffer.allocate(size);
    out.putInt(1).putInt(0).putInt(element).putInt(rows.size()).putInt(1);
    for (EmbeddedText row : rows) {
      float[] vector = row.vector();
      out.putInt(4 + 4 * vector.length).putShort((short) vector.length).putShort((short) 0);
      for (float component : vector) {
        out.putFloat(component);
      }
    }
    return out.array();
  }

  /** Bytes that the driver sends as they are. */
  private static final class Binary extends PGobject implements PGBinaryObject {
    private static final long serialVersionUID = 1;

    private final byte[] bytes;

    Binary(String type, byte[] bytes) {
      setType(type);
      this.bytes = bytes;
    }

    @Override
    public void setByteValue(byte[] value, int offset) {
      throw new UnsupportedOperationException("vectors are only sent");
    }

    @Override
    public int lengthInBytes() {
      return bytes.length;
    }

    @Override
    public void toBytes(byte[] target, int offset) {
      System.arraycopy(bytes, 0, target, offset, bytes.length);
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }
}
