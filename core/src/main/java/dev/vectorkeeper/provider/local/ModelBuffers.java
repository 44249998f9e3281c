package dev.vectorkeeper.provider.local;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;

/**
 * Native memory for one call of a model at a time: its inputs and its output, kept from call to
 * call.
 */
final class ModelBuffers {
  private LongBuffer ids = longs(0);
  private LongBuffer mask = longs(0);
  private LongBuffer types = longs(0);
  private FloatBuffer output = floats(0);

  /** Makes room for this many tokens and numbers, and sets all limits to them. */
  void prepare(int tokens, int numbers) {
    if (ids.capacity() < tokens) {
      ids = longs(tokens);
      types = longs(tokens);
      mask = ones(tokens);
    }
    if (output.capacity() < numbers) {
      output = floats(numbers);
    }
    ids.clear().limit(tokens);
    mask.clear().limit(tokens);
    types.clear().limit(tokens);
    output.clear().limit(numbers);
  }

  LongBuffer ids() {
    return ids;
  }

  /** All ones: nothing is padded. */
  LongBuffer mask() {
    return mask;
  }

  /** All zeros: a text is one sequence. */
  LongBuffer types() {
    return types;
  }

  FloatBuffer output() {
    return output;
  }

  private static LongBuffer ones(int size) {
    LongBuffer buffer = longs(size);
    for (int i = 0; i < size; i++) {
      buffer.put(i, 1);
    }
    return buffer;
  }

  private static LongBuffer longs(int size) {
    return ByteBuffer.allocateDirect(size * Long.BYTES)
        .order(ByteOrder.nativeOrder())
        .asLongBuffer();
  }

  private static FloatBuffer floats(int size) {
    return ByteBuffer.allocateDirect(size * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }
}
