package dev.vectorkeeper.app.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.StreamSupport;

/**
 * A request that was held against the contract.
 *
 * @param parameters its parameters by name, defaults included
 * @param body its body; an empty object where there is none
 * @param context the request itself
 * @param gone whether the caller went away
 */
public record Call(
    Map<String, JsonNode> parameters, ObjectNode body, Context context, BooleanSupplier gone) {

  /** What an operation answers. */
  @FunctionalInterface
  public interface Handler {
    /** The answer: a {@link Reply}, or what is written as JSON with status 200. */
    Object answer(Call call);
  }

  /**
   * An answer with a status of its own.
   *
   * @param status the HTTP status
   * @param body what is written as JSON
   */
  public record Reply(int status, Object body) {}

  /**
   * An answer that is no JSON.
   *
   * @param type its content type
   * @param text what is written
   */
  public record Text(String type, String text) {}

  /** An answer that was written already. */
  public static final Object STREAMED = new Object();

  /** A parameter that has a value. */
  public String parameter(String name) {
    return required(name).asText();
  }

  /** A parameter that may be left out. */
  public Optional<String> given(String name) {
    return Optional.ofNullable(parameters.get(name)).map(JsonNode::asText);
  }

  /** A parameter that is a whole number and has a value. */
  public int count(String name) {
    return required(name).asInt();
  }

  private JsonNode required(String name) {
    return Objects.requireNonNull(parameters.get(name), name);
  }

  /** The source that the path names. */
  public String source() {
    return parameter("source");
  }

  /** A text of the body. */
  public Optional<String> text(String name) {
    return value(name).map(JsonNode::asText);
  }

  /** A whole number of the body. */
  public Optional<Long> whole(String name) {
    return value(name).map(JsonNode::asLong);
  }

  /** A number of the body. */
  public Optional<Double> number(String name) {
    return value(name).map(JsonNode::asDouble);
  }

  /** An exact number of the body. */
  public Optional<BigDecimal> decimal(String name) {
    return value(name).map(JsonNode::decimalValue);
  }

  /** Whether the body says so. */
  public boolean flag(String name) {
    return value(name).map(JsonNode::asBoolean).orElse(false);
  }

  /** A list of texts of the body; empty where it is left out. */
  public List<String> texts(String name) {
    return value(name).map(Call::texts).orElse(List.of());
  }

  /** The texts of a list. */
  public static List<String> texts(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).map(JsonNode::asText).toList();
  }

  /** Any value of the body. */
  public Optional<JsonNode> value(String name) {
    return Optional.ofNullable(body.get(name)).filter(value -> !value.isNull());
  }
}
