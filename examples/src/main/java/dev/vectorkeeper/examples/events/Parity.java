package dev.vectorkeeper.examples.events;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vectorkeeper.examples.Stage;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** What was missing at which moment. */
final class Parity {
  private final Map<String, Long> missing = new LinkedHashMap<>();
  private int[] changes = new int[3];
  private long missingAfterChanges;
  private int runs;

  void after(String what, long count) {
    missing.put(what, count);
  }

  /**
   * Random changes were made and synced.
   *
   * @param made inserts, updates and deletes
   * @param missingThen what was missing before the sync
   * @param syncRuns how many runs the sync took
   */
  void changed(int[] made, long missingThen, int syncRuns) {
    changes = made;
    missingAfterChanges = missingThen;
    runs = syncRuns;
  }

  /** Nothing may be missing, left over or of an older text. */
  void judge(Stage stage, JsonNode verification) {
    boolean wrong = false;
    for (JsonNode check : verification.get("checks")) {
      wrong |=
          check.get("name").asText().matches("missing|orphan|stale|dead")
              && check.get("value").asDouble() > 0;
    }
    stage.check(
        "E7",
        !wrong
            && missing.size() == 3
            && missing.values().stream().allMatch(count -> count == 0)
            && verification.get("passed").asBoolean()
            && verification.get("pending").asLong() == 0
            && missingAfterChanges > 0,
        "missing after %s; of %d changes (%d inserts, %d updates, %d deletes) %d were missing, %d runs later none, nothing orphaned or stale"
            .formatted(
                missing.entrySet().stream()
                    .map(entry -> entry.getKey() + " " + entry.getValue())
                    .collect(Collectors.joining(", ")),
                changes[0] + changes[1] + changes[2],
                changes[0],
                changes[1],
                changes[2],
                missingAfterChanges,
                runs));
  }
}
