package dev.vectorkeeper.provider.remote;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** Answers in the form of each vendor, whole or spoilt as a {@link Play} says. */
final class VendorAnswers {
  private static final JsonFactory JSON = new JsonFactory();

  /** What OpenRouter charges here, which is no vendor's price. */
  static final double USD_PER_TOKEN = 0.001;

  private final VendorRules rules;
  private final int dimensions;
  private final ModelVectors vectors;

  VendorAnswers(VendorRules rules, int dimensions, ModelVectors vectors) {
    this.rules = rules;
    this.dimensions = dimensions;
    this.vectors = vectors;
  }

  byte[] answer(ReceivedRequest request, Play play) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      switch (rules.name()) {
        case "gemini" -> {
          json.writeStartObject();
          json.writeArrayFieldStart("embeddings");
          writeItems(json, request, play, "values");
          json.writeEndArray();
          json.writeEndObject();
        }
        case "cohere" -> {
          json.writeStartObject();
          json.writeStringField("id", "an-id");
          json.writeArrayFieldStart("texts");
          for (String text : request.texts()) {
            json.writeString(text);
          }
          json.writeEndArray();
          json.writeObjectFieldStart("embeddings");
          json.writeArrayFieldStart("float");
          writeItems(json, request, play, "");
          json.writeEndArray();
          json.writeEndObject();
          writeCohereUsage(json, request, play);
          json.writeEndObject();
        }
        case "ollama" -> {
          json.writeStartObject();
          json.writeStringField("model", model(play));
          json.writeArrayFieldStart("embeddings");
          writeItems(json, request, play, "");
          json.writeEndArray();
          if (play != Play.NO_USAGE) {
            json.writeNumberField("prompt_eval_count", request.tokens());
          }
          json.writeEndObject();
        }
        case "tei" -> {
          json.writeStartArray();
          writeItems(json, request, play, "");
          json.writeEndArray();
        }
        default -> writeOpenAiShape(json, request, play);
      }
    }
    return bytes.toByteArray();
  }

  private String model(Play play) {
    return play == Play.ALIAS_MODEL ? "some-alias-2026" : rules.model();
  }

  private void writeOpenAiShape(JsonGenerator json, ReceivedRequest request, Play play)
      throws IOException {
    boolean mistral = rules.name().equals("mistral");
    json.writeStartObject();
    if (mistral) {
      json.writeStringField("id", "an-id");
    }
    json.writeStringField("object", "list");
    json.writeArrayFieldStart("data");
    writeItems(json, request, play, "embedding");
    json.writeEndArray();
    json.writeStringField("model", model(play));
    if (play != Play.NO_USAGE) {
      json.writeObjectFieldStart("usage");
      if (!rules.name().equals("voyage")) {
        json.writeNumberField("prompt_tokens", request.tokens());
      }
      if (mistral) {
        json.writeNumberField("completion_tokens", 0);
      }
      json.writeNumberField("total_tokens", request.tokens());
      if (rules.name().equals("openrouter")) {
        json.writeNumberField("cost", request.tokens() * USD_PER_TOKEN);
      }
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private void writeCohereUsage(JsonGenerator json, ReceivedRequest request, Play play)
      throws IOException {
    if (play != Play.NO_USAGE) {
      json.writeObjectFieldStart("meta");
      json.writeObjectFieldStart("billed_units");
      json.writeNumberField("input_tokens", request.tokens());
      json.writeEndObject();
      json.writeEndObject();
    }
  }

  private void writeItems(JsonGenerator json, ReceivedRequest request, Play play, String field)
      throws IOException {
    List<String> texts = request.texts();
    int count = play == Play.FEWER_VECTORS ? texts.size() - 1 : texts.size();
    boolean backwards = play == Play.SHUFFLED && rules.sendsIndices();
    List<float[]> made =
        vectors.of(rules.model(), texts, rules.dimensionsIn(request.body(), dimensions));
    for (int i = 0; i < count; i++) {
      int position = backwards ? count - 1 - i : i;
      if (field.isEmpty()) {
        writeVector(json, request, play, position, made);
        continue;
      }
      json.writeStartObject();
      if (rules.sendsIndices() && play != Play.NO_INDICES) {
        json.writeStringField("object", "embedding");
        json.writeNumberField("index", play == Play.DOUBLE_INDEX ? 0 : position);
      }
      json.writeFieldName(field);
      writeVector(json, request, play, position, made);
      json.writeEndObject();
    }
  }

  private void writeVector(
      JsonGenerator json, ReceivedRequest request, Play play, int position, List<float[]> made)
      throws IOException {
    boolean last = position == request.texts().size() - 1;
    boolean other = play == Play.WRONG_DIMENSION || play == Play.ONE_WRONG_DIMENSION && last;
    int asked = rules.dimensionsIn(request.body(), dimensions);
    float[] vector = Arrays.copyOf(made.get(position), other ? asked + 1 : asked);
    if (last && play == Play.ZERO_VECTOR) {
      vector = new float[asked];
    }
    if (last && play == Play.NOT_A_NUMBER) {
      vector[0] = Float.NaN;
    }
    boolean asNull = last && play == Play.NULL_COMPONENT;
    if (rules.wantsBase64(request.body()) && !asNull) {
      json.writeString(base64(vector));
      return;
    }
    json.writeStartArray();
    for (int i = 0; i < vector.length; i++) {
      if (asNull && i == 0) {
        json.writeNull();
      } else if (Float.isNaN(vector[i])) {
        json.writeRawValue("NaN");
      } else {
        json.writeNumber(vector[i]);
      }
    }
    json.writeEndArray();
  }

  private static String base64(float[] vector) {
    ByteBuffer bytes =
        ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(vector);
    return Base64.getEncoder().encodeToString(bytes.array());
  }
}
