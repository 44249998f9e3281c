package dev.vectorkeeper.provider.remote.answer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.vectorkeeper.provider.EmbeddingFailure;
import dev.vectorkeeper.provider.remote.answer.Answer.Item;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads the vectors of any vendor's answer from its bytes, in one pass. Known forms: {@code
 * data[].embedding} (OpenAI's, as numbers or base64), {@code embeddings[].values} (Gemini), {@code
 * embeddings.float[][]} (Cohere), {@code embeddings[][]} (Ollama) and {@code [][]} (TEI).
 */
public final class AnswerReader {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  /** More than any request costs. */
  private static final double MOST_USD = 1_000_000;

  private final byte[] body;
  private final JsonParser json;
  private final FloatsReader floats;
  private final List<Item> items;
  private long tokens = -1;
  private @Nullable BigDecimal usd;
  private boolean refusal;

  private AnswerReader(byte[] body, int inputs, int dimensions) throws IOException {
    this.body = body;
    this.json = JSON.createParser(body);
    this.floats = new FloatsReader(dimensions);
    this.items = new ArrayList<>(inputs);
  }

  /**
   * Reads a whole body.
   *
   * @param body the bytes of the answer, and nothing after them
   * @param inputs how many vectors are expected, to make room for them
   * @param dimensions how many components are expected, to make room for them
   * @throws EmbeddingFailure of kind BAD_RESPONSE when the body is not JSON, is cut short or holds
   *     something other than a number in a vector
   */
  public static Answer read(byte[] body, int inputs, int dimensions) {
    try {
      return new AnswerReader(body, inputs, dimensions).read();
    } catch (IOException e) {
      // Without the cause: a parser's message may quote the body.
      throw BadAnswer.of("is not JSON, or is cut short, at %,d bytes".formatted(body.length));
    }
  }

  private Answer read() throws IOException {
    JsonToken first = json.nextToken();
    if (first == JsonToken.START_OBJECT) {
      readObject();
    } else if (first == JsonToken.START_ARRAY) {
      readItems();
    } else {
      throw BadAnswer.of("is neither a JSON object nor a list");
    }
    if (json.nextToken() != null) {
      throw BadAnswer.of("goes on after its end");
    }
    return new Answer(
        items,
        tokens < 0 ? OptionalLong.empty() : OptionalLong.of(tokens),
        Optional.ofNullable(usd),
        refusal);
  }

  private void readObject() throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      JsonToken value = json.nextToken();
      switch (field) {
        case "data", "embeddings" -> readVectors(value);
        case "usage", "meta", "usageMetadata" -> readUsage(value);
        case "prompt_eval_count" -> readTokens(value);
        case "error" -> {
          refusal |= value != JsonToken.VALUE_NULL;
          json.skipChildren();
        }
        default -> json.skipChildren();
      }
    }
  }

  private void readVectors(JsonToken value) throws IOException {
    if (value == JsonToken.START_ARRAY) {
      readItems();
    } else if (value == JsonToken.START_OBJECT) {
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        boolean wanted = json.currentName().equals("float");
        if (wanted && json.nextToken() == JsonToken.START_ARRAY) {
          readItems();
        } else {
          if (!wanted) {
            json.nextToken();
          }
          json.skipChildren();
        }
      }
    }
  }

  private void readItems() throws IOException {
    for (JsonToken t = json.nextToken(); t != JsonToken.END_ARRAY; t = json.nextToken()) {
      if (t == JsonToken.START_OBJECT) {
        readItem();
      } else {
        items.add(new Item(Answer.NO_INDEX, readVector(t)));
      }
    }
  }

  private void readItem() throws IOException {
    int index = Answer.NO_INDEX;
    float[] vector = null;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      JsonToken value = json.nextToken();
      switch (field) {
        case "index" -> index = value == JsonToken.VALUE_NUMBER_INT ? json.getIntValue() : index;
        case "embedding", "values" -> vector = readVector(value);
        default -> json.skipChildren();
      }
    }
    if (vector == null) {
      throw BadAnswer.of("has an item without a vector");
    }
    items.add(new Item(index, vector));
  }

  private float[] readVector(JsonToken value) throws IOException {
    if (value == JsonToken.START_ARRAY) {
      return floats.readNumbers(json);
    }
    if (value == JsonToken.VALUE_STRING) {
      return floats.readBase64(json, body);
    }
    throw BadAnswer.of("has something other than a vector in a vector's place");
  }

  private void readUsage(JsonToken value) throws IOException {
    if (value != JsonToken.START_OBJECT) {
      return;
    }
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      JsonToken inner = json.nextToken();
      switch (field) {
        case "billed_units" -> readUsage(inner);
        case "total_tokens", "prompt_tokens", "input_tokens", "promptTokenCount" ->
            readTokens(inner);
        case "cost" -> readCost(inner);
        default -> json.skipChildren();
      }
    }
  }

  /** OpenRouter's credits, each of which is a US dollar. */
  private void readCost(JsonToken value) throws IOException {
    if (!value.isNumeric()) {
      json.skipChildren();
    } else if (json.getDoubleValue() >= 0 && json.getDoubleValue() < MOST_USD) {
      usd = BigDecimal.valueOf(json.getDoubleValue());
    }
  }

  private void readTokens(JsonToken value) throws IOException {
    if (value.isNumeric()) {
      tokens = Math.max(tokens, (long) json.getDoubleValue());
    } else {
      json.skipChildren();
    }
  }
}
