package dev.vectorkeeper.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vectorkeeper.provider.remote.answer.AnswerCheck;
import dev.vectorkeeper.provider.remote.answer.AnswerReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * How fast an answer of 2,048 vectors of 1,536 dimensions is read and checked, as base64 and as
 * numbers, beside Jackson's databind into lists of floats (which checks nothing). Each figure is
 * the median of rounds that alternate, in one process.
 */
final class AnswerReadingBench {
  private static final int INPUTS = 2_048;
  private static final int DIMENSIONS = 1_536;
  private static final int WARM_UP = 4;
  private static final int ROUNDS = 9;

  private interface Reading {
    /** Reads once and returns something that depends on every vector. */
    float read() throws IOException;
  }

  private record ListItem(int index, List<Float> embedding) {}

  private record ListAnswer(List<ListItem> data) {}

  private final ObjectMapper databind =
      new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);
  private float sink;

  private AnswerReadingBench() {}

  /** Runs the bench alone and prints its lines. */
  public static void main(String[] args) throws IOException {
    run().forEach(System.out::println);
  }

  /** The two ratios and what they must be. */
  static List<BenchLine> run() throws IOException {
    return new AnswerReadingBench().measure();
  }

  private List<BenchLine> measure() throws IOException {
    float[][] vectors = vectors();
    byte[] numbers = body(vectors, false);
    byte[] base64 = body(vectors, true);
    List<Reading> readings = List.of(() -> list(numbers), () -> ours(numbers), () -> ours(base64));
    double[] millis = medians(readings);
    return List.of(
        line("answer-base64", "2,048 x 1,536 floats as base64", millis[2], millis[0], 12),
        line("answer-numbers", "2,048 x 1,536 floats as JSON numbers", millis[1], millis[0], 1.7));
  }

  private static BenchLine line(
      String id, String what, double ours, double other, double required) {
    return new BenchLine(
        id,
        what,
        String.format(Locale.ROOT, "%.0f ms", ours),
        String.format(Locale.ROOT, "%.0f ms, Jackson into a list of floats", other),
        other / ours,
        required,
        true);
  }

  private double[] medians(List<Reading> readings) throws IOException {
    double[][] millis = new double[readings.size()][ROUNDS];
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      for (int i = 0; i < readings.size(); i++) {
        long start = System.nanoTime();
        sink += readings.get(i).read();
        if (round >= 0) {
          millis[i][round] = (System.nanoTime() - start) / 1e6;
        }
      }
    }
    return Arrays.stream(millis).mapToDouble(AnswerReadingBench::median).toArray();
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  private float list(byte[] body) throws IOException {
    float sum = 0;
    for (ListItem item : databind.readValue(body, ListAnswer.class).data()) {
      sum += item.embedding().get(item.index() % DIMENSIONS);
    }
    return sum;
  }

  private static float ours(byte[] body) {
    float sum = 0;
    int index = 0;
    for (float[] vector :
        AnswerCheck.accept(AnswerReader.read(body, INPUTS, DIMENSIONS), INPUTS, DIMENSIONS, true)) {
      sum += vector[index++ % DIMENSIONS];
    }
    return sum;
  }

  private static float[][] vectors() {
    SplittableRandom random = new SplittableRandom(20_260_901);
    float[][] vectors = new float[INPUTS][DIMENSIONS];
    for (float[] vector : vectors) {
      double squares = 0;
      for (int i = 0; i < DIMENSIONS; i++) {
        vector[i] = (float) (random.nextDouble() - 0.5);
        squares += vector[i] * vector[i];
      }
      for (int i = 0; i < DIMENSIONS; i++) {
        vector[i] /= (float) Math.sqrt(squares);
      }
    }
    return vectors;
  }

  private static byte[] body(float[][] vectors, boolean base64) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("object", "list");
      json.writeArrayFieldStart("data");
      for (int i = 0; i < vectors.length; i++) {
        json.writeStartObject();
        json.writeStringField("object", "embedding");
        json.writeNumberField("index", i);
        json.writeFieldName("embedding");
        writeVector(json, vectors[i], base64);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private static void writeVector(JsonGenerator json, float[] vector, boolean base64)
      throws IOException {
    if (base64) {
      ByteBuffer bytes =
          ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(vector);
      json.writeString(Base64.getEncoder().encodeToString(bytes.array()));
      return;
    }
    json.writeStartArray();
    for (float number : vector) {
      json.writeNumber(number);
    }
    json.writeEndArray();
  }
}
