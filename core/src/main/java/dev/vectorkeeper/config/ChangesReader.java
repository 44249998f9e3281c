package dev.vectorkeeper.config;

import dev.vectorkeeper.postgres.SqlName;
import dev.vectorkeeper.source.SourceDefinition.Changes;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads how the changes of one source are captured and shown. */
final class ChangesReader {
  private final Problems problems;

  ChangesReader(Problems problems) {
    this.problems = problems;
  }

  /**
   * Reads {@code capture}, {@code views.queue} and {@code views.queue-key}.
   *
   * @param name the source's name
   */
  Changes read(String name, Section source) {
    Optional<Section> views = source.section("views");
    Map<String, String> keys = new LinkedHashMap<>();
    views.flatMap(found -> found.section("queue-key")).ifPresent(found -> putAll(found, keys));
    Optional<SqlName> queue = views.flatMap(found -> found.read("queue", SourceReader::name));
    if (queue.isEmpty() && !keys.isEmpty()) {
      problems.add(
          views.orElseThrow().line("queue-key"),
          "views.queue-key names columns of the view that \"queue\" names, which is missing");
    }
    return new Changes(
        source.section("capture").map(found -> triggers(name, found)).orElse(Map.of()),
        queue,
        keys);
  }

  private Map<String, String> triggers(String source, Section section) {
    section.allow(Changes.EVENTS.toArray(String[]::new));
    Map<String, String> triggers = new LinkedHashMap<>();
    putAll(section, triggers);
    for (Map.Entry<String, String> trigger : triggers.entrySet()) {
      if (trigger.getValue().getBytes(StandardCharsets.UTF_8).length > SqlName.MAX_BYTES) {
        problems.add(
            section.line(trigger.getKey()),
            "the trigger's name \"%s\" is longer than the %d bytes that PostgreSQL keeps"
                .formatted(trigger.getValue(), SqlName.MAX_BYTES));
      }
    }
    Changes named = new Changes(triggers, Optional.empty(), Map.of());
    List<String> all =
        Changes.EVENTS.stream().map(event -> named.trigger(source, event)).distinct().toList();
    if (all.size() < Changes.EVENTS.size()) {
      problems.add(section.line(), "two triggers have one name below \"capture\"");
    }
    return triggers;
  }

  private static void putAll(Section section, Map<String, String> values) {
    for (String key : section.keys()) {
      section.text(key).filter(value -> !value.isBlank()).ifPresent(v -> values.put(key, v));
    }
  }
}
