package dev.vectorkeeper.bench;

import java.nio.ByteBuffer;
import org.postgresql.util.PGBinaryObject;
import org.postgresql.util.PGobject;

/** A vector as a parameter of a statement, in pgvector's binary form. */
final class VectorValue extends PGobject implements PGBinaryObject {
  private static final long serialVersionUID = 1;

  private final float[] vector;

  VectorValue(float[] vector) {
    this.vector = vector;
    setType("vector");
  }

  /** Bytes of a vector's binary form. */
  static int length(float[] vector) {
    return 4 + 4 * vector.length;
  }

  static void put(ByteBuffer out, float[] vector) {
    out.putShort((short) vector.length).putShort((short) 0);
    for (float component : vector) {
      out.putFloat(component);
    }
  }

  /** A vector in the text form that pgvector reads. */
  static String text(float[] vector) {
    StringBuilder text = new StringBuilder(vector.length * 12).append('[');
    for (int i = 0; i < vector.length; i++) {
      text.append(i == 0 ? "" : ",").append(vector[i]);
    }
    return text.append(']').toString();
  }

  @Override
  public String getValue() {
    return text(vector);
  }

  @Override
  public void setByteValue(byte[] value, int offset) {
    throw new UnsupportedOperationException("vectors are only sent");
  }

  @Override
  public int lengthInBytes() {
    return length(vector);
  }

  @Override
  public void toBytes(byte[] bytes, int offset) {
    put(ByteBuffer.wrap(bytes, offset, length(vector)), vector);
  }
}
