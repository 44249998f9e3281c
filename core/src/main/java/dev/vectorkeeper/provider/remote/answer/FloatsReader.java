package dev.vectorkeeper.provider.remote.answer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;

/** Reads one vector after another into arrays of the size that is expected. */
final class FloatsReader {
  /** More components than any model's, so that a list without an end fills no memory. */
  private static final int MOST = 1 << 20;

  private static final Base64.Decoder BASE64 = Base64.getDecoder();

  private final int dimensions;
  private final int base64Length;

  FloatsReader(int dimensions) {
    this.dimensions = dimensions;
    this.base64Length = (dimensions * Float.BYTES + 2) / 3 * 4;
  }

  /** The numbers up to the end of the list that the parser has just entered. */
  float[] readNumbers(JsonParser json) throws IOException {
    float[] vector = new float[dimensions];
    int count = 0;
    for (JsonToken t = json.nextToken(); t != JsonToken.END_ARRAY; t = json.nextToken()) {
      if (t != JsonToken.VALUE_NUMBER_FLOAT && t != JsonToken.VALUE_NUMBER_INT) {
        throw BadAnswer.of("has a vector with something other than a number in it");
      }
      if (count == vector.length) {
        vector = longer(vector);
      }
      vector[count++] = json.getFloatValue();
    }
    return count == vector.length ? vector : Arrays.copyOf(vector, count);
  }

  private static float[] longer(float[] vector) {
    if (vector.length >= MOST) {
      throw BadAnswer.of("has a vector without an end");
    }
    return Arrays.copyOf(vector, Math.max(16, vector.length * 2));
  }

  /** The little-endian floats of the base64 text that the parser stands on. */
  float[] readBase64(JsonParser json, byte[] body) throws IOException {
    byte[] bytes = decode(json, body);
    if (bytes.length % Float.BYTES != 0) {
      throw BadAnswer.of("has a base64 vector of a broken length");
    }
    float[] vector = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
    return vector;
  }

  private byte[] decode(JsonParser json, byte[] body) throws IOException {
    // A vector of the expected size is decoded where it lies: the parser then skips the text
    // without building a String of it.
    long start = json.currentTokenLocation().getByteOffset() + 1;
    long end = start + base64Length;
    if (end < body.length && body[(int) end] == '"') {
      try {
        return BASE64.decode(ByteBuffer.wrap(body, (int) start, base64Length)).array();
      } catch (IllegalArgumentException e) {
        // JSON may write a slash as \/, so that the text is another one than it looks.
        return decodeText(json);
      }
    }
    return decodeText(json);
  }

  private static byte[] decodeText(JsonParser json) throws IOException {
    try {
      return BASE64.decode(json.getText());
    } catch (IllegalArgumentException e) {
      throw BadAnswer.of("has a vector that is not base64");
    }
  }
}
