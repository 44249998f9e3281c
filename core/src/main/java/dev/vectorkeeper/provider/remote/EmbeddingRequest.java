package dev.vectorkeeper.provider.remote;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One request as a vendor has to write it.
 *
 * @param model the model's name on the wire
 * @param texts the texts, prefixed and cut already
 * @param task the vendor's name of the task, where one is to be named
 * @param dimensions the dimensions to ask for, where they are not the model's own
 * @param truncate whether the service may cut a text that is too long
 * @param normalise whether vectors of length 1 are wanted
 */
record EmbeddingRequest(
    String model,
    List<String> texts,
    Optional<String> task,
    OptionalInt dimensions,
    boolean truncate,
    boolean normalise) {

  /** Writes the texts as a list of strings. */
  void writeTexts(JsonGenerator json, String field) throws IOException {
    json.writeArrayFieldStart(field);
    for (String text : texts) {
      json.writeString(text);
    }
    json.writeEndArray();
  }

  /** Writes the task, if there is one. */
  void writeTask(JsonGenerator json, String field) throws IOException {
    if (task.isPresent()) {
      json.writeStringField(field, task.get());
    }
  }

  /** Writes the dimensions, if they are asked for. */
  void writeDimensions(JsonGenerator json, String field) throws IOException {
    if (dimensions.isPresent()) {
      json.writeNumberField(field, dimensions.getAsInt());
    }
  }
}
