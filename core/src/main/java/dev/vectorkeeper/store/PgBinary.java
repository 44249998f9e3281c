package dev.vectorkeeper.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Rows in the format of {@code copy … with (format binary)}: PostgreSQL's documentation of COPY
 * gives the frame; the form of a vector is pgvector's {@code vector_recv}: int16 dimension, int16
 * zero, float4 each, all big-endian.
 */
final class PgBinary {
  private static final byte[] SIGNATURE = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
  };

  private ByteBuffer buffer = ByteBuffer.allocate(1 << 16);

  PgBinary() {
    buffer.put(SIGNATURE);
  }

  PgBinary row(int fields) {
    room(2).putShort((short) fields);
    return this;
  }

  PgBinary integer(int value) {
    room(8).putInt(4).putInt(value);
    return this;
  }

  PgBinary text(String value) {
    return bytes(value.getBytes(StandardCharsets.UTF_8));
  }

  PgBinary bytes(byte[] value) {
    room(4 + value.length).putInt(value.length).put(value);
    return this;
  }

  PgBinary vector(float[] value) {
    ByteBuffer out = room(8 + 4 * value.length);
    out.putInt(4 + 4 * value.length).putShort((short) value.length).putShort((short) 0);
    out.asFloatBuffer().put(value);
    out.position(out.position() + 4 * value.length);
    return this;
  }

  /** Everything with the end mark, ready to be sent. */
  ByteBuffer finish() {
    room(2).putShort((short) -1);
    return buffer.flip();
  }

  private ByteBuffer room(int bytes) {
    if (buffer.remaining() < bytes) {
      int size = Math.max(buffer.capacity() * 2, buffer.position() + bytes);
      buffer = ByteBuffer.allocate(size).put(buffer.flip());
    }
    return buffer;
  }
}
