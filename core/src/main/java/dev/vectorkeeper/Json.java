package dev.vectorkeeper;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What scripts read: one JSON document with names in snake case, and lengths of time in seconds.
 */
public final class Json {
  private static final ObjectMapper MAPPER = mapper();

  private Json() {}

  @SuppressWarnings("unchecked")
  private static ObjectMapper mapper() {
    SimpleModule module = new SimpleModule();
    module.addSerializer(
        (Class<Optional<?>>) (Class<?>) Optional.class,
        new JsonSerializer<Optional<?>>() {
          @Override
          public void serialize(
              Optional<?> value,
              com.fasterxml.jackson.core.JsonGenerator out,
              SerializerProvider provider)
              throws IOException {
            provider.defaultSerializeValue(value.orElse(null), out);
          }
        });
    module.addSerializer(
        Instant.class, com.fasterxml.jackson.databind.ser.std.ToStringSerializer.instance);
    module.addSerializer(
        Duration.class,
        new JsonSerializer<Duration>() {
          @Override
          public void serialize(
              Duration value,
              com.fasterxml.jackson.core.JsonGenerator out,
              SerializerProvider provider)
              throws IOException {
            out.writeNumber(value.toMillis() / 1e3);
          }
        });
    ObjectMapper mapper = new ObjectMapper();
    mapper.registerModule(module);
    mapper.setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
    mapper.enable(SerializationFeature.INDENT_OUTPUT);
    mapper.enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING);
    return mapper;
  }

  /** A value as JSON on one line. */
  public static String line(Object value) {
    try {
      return MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT).writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a result could not be written as JSON", e);
    }
  }

  /** A value as a JSON document. */
  public static String of(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a result could not be written as JSON", e);
    }
  }
}
