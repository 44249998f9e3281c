package dev.vectorkeeper.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Optional;

/**
 * A piece of work.
 *
 * @param operation what to do
 * @param source the source's name
 * @param profile which of its collections; all live ones where nothing is said
 * @param limit how many rows of each collection at most
 * @param last of a backfill: only the so many newest rows by key
 * @param time after how long no further batch is begun
 */
public record RunRequest(
    Operation operation,
    String source,
    SoughtProfile profile,
    Optional<Integer> limit,
    Optional<Long> last,
    Duration time) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** How many rows the queue is worked off at a time where nothing is said. */
  public static final int DEFAULT_LIMIT = 100;

  /** How many rows may be asked for at a time. */
  public static final int MOST = 100_000;

  /** For how long a run works where nothing is said. */
  public static final Duration DEFAULT_TIME = Duration.ofSeconds(50);

  /** For how long a run may be asked to work. */
  public static final Duration LONGEST = Duration.ofMinutes(15);

  /** A request whose arguments are JSON that was checked: see {@link #arguments()}. */
  public static RunRequest of(Operation operation, String source, JsonNode arguments) {
    return new RunRequest(
        operation,
        source,
        new SoughtProfile(
            text(arguments, "profile"),
            text(arguments, "provider"),
            text(arguments, "model"),
            number(arguments, "dimensions").map(Long::intValue),
            text(arguments, "task")),
        number(arguments, "limit").map(Long::intValue),
        number(arguments, "last"),
        number(arguments, "seconds").map(Duration::ofSeconds).orElse(DEFAULT_TIME));
  }

  /** The same with another limit. */
  RunRequest withLimit(Optional<Integer> other) {
    return new RunRequest(operation, source, profile, other, last, time);
  }

  private static Optional<String> text(JsonNode arguments, String name) {
    return Optional.ofNullable(arguments.get(name)).filter(v -> !v.isNull()).map(JsonNode::asText);
  }

  private static Optional<Long> number(JsonNode arguments, String name) {
    return Optional.ofNullable(arguments.get(name)).filter(v -> !v.isNull()).map(JsonNode::asLong);
  }

  /**
   * What is said of the operation, as JSON: profile, provider, model, dimensions, task, limit, last
   * and seconds, those that are given.
   */
  public ObjectNode arguments() {
    ObjectNode node = JSON.createObjectNode();
    profile.name().ifPresent(value -> node.put("profile", value));
    profile.provider().ifPresent(value -> node.put("provider", value));
    profile.model().ifPresent(value -> node.put("model", value));
    profile.dimensions().ifPresent(value -> node.put("dimensions", value));
    profile.task().ifPresent(value -> node.put("task", value));
    limit.ifPresent(value -> node.put("limit", value));
    last.ifPresent(value -> node.put("last", value));
    if (!time.equals(DEFAULT_TIME)) {
      node.put("seconds", time.toSeconds());
    }
    return node;
  }
}
