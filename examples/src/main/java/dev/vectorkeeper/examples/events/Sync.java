package dev.vectorkeeper.examples.events;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vectorkeeper.examples.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** The schedule: at its own time, by hand, and as often as it takes. */
final class Sync {
  static final String NAME = "embed-sync";

  private static final int A_RUN = 25;
  private static final int MORE = 5;

  /** Beside the wait for the tick: another process looks at the clock and embeds. */
  private static final double GRACE_SECONDS = 10;

  private final Stage stage;
  private final EventRows events;
  private double seconds;
  private boolean ticked;

  Sync(Stage stage, EventRows events) {
    this.stage = stage;
    this.events = events;
  }

  /** Nobody asks for this one: the server's own clock does. */
  void byTick() throws SQLException {
    long id = events.insert(1).get(0);
    long started = System.nanoTime();
    String stored = "select count(*) from event_embeddings where event_id = " + id;
    await()
        .atMost(Duration.ofMinutes(3))
        .pollInterval(Duration.ofMillis(50))
        .until(() -> stage.number(stored) > 0);
    seconds = (System.nanoTime() - started) / 1e9;
    ticked =
        await()
            .atMost(Duration.ofMinutes(1))
            .until(() -> runOf(id), Optional::isPresent)
            .filter(run -> !run.get("by_hand").asBoolean())
            .isPresent();
  }

  /** The run that embedded a row, once it has ended. */
  private Optional<JsonNode> runOf(long id) throws IOException {
    for (JsonNode run : stage.json("schedule", "history", NAME, "--limit", "3")) {
      if (run.get("result").path("sample_ids").toString().contains("\"" + id + "\"")) {
        return Optional.of(run);
      }
    }
    return Optional.empty();
  }

  /** More rows than a run takes. */
  void byHand(Path reports) throws Exception {
    events.insert(A_RUN + MORE);
    JsonNode run = stage.json("schedule", "run", NAME, "--report", reports.toString());
    stage.ok("schedule", "list");
    double due = stage.full() ? 60 : 2;
    stage.check(
        "E6",
        seconds < due + GRACE_SECONDS
            && ticked
            && run.get("embedded").asInt() == A_RUN
            && run.get("remaining").asInt() == MORE,
        String.format(
            Locale.ROOT,
            "a run takes %d of %d rows; a new row has its vector %.1f s after its commit, by the server's tick (one every %.0f s)",
            run.get("embedded").asInt(),
            A_RUN + MORE,
            seconds,
            due));
    untilNothingIsLeft();
  }

  /** How many runs that took. */
  int untilNothingIsLeft() throws IOException {
    int runs = 0;
    JsonNode run;
    do {
      run = stage.json("schedule", "run", NAME);
      runs++;
    } while (run.get("remaining").asLong() > 0);
    return runs;
  }
}
