package dev.vectorkeeper.examples.events;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vectorkeeper.examples.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What is nearest to the newest events, and whether WordNet's relations bear it out. */
final class Neighbourhood {
  private static final int NEAREST = 5;
  private static final int DRAWS = 20_000;
  private static final double QUICK_MS = 50;
  private static final double TIMES_CHANCE = 5;

  private static final String SEARCH =
      """
      select event_id from match_events((select embedding from event_embeddings where event_id = %d), match_count => %d)
      """;

  private final Stage stage;
  private final EventRows events;

  Neighbourhood(Stage stage, EventRows events) {
    this.stage = stage;
    this.events = events;
  }

  void check(Path reports) throws IOException, SQLException {
    List<Double> millis = new ArrayList<>();
    int related = 0;
    int found = 0;
    try (Connection session = stage.session();
        Statement search = session.createStatement()) {
      for (long id : events.newest(stage.rows(50, 200))) {
        long started = System.nanoTime();
        List<Long> nearest = nearest(search, id);
        millis.add((System.nanoTime() - started) / 1e6);
        // A random update may have given it another row's text.
        nearest.removeIf(other -> events.areEqual(id, other));
        found += nearest.size();
        related += (int) nearest.stream().filter(other -> events.areRelated(id, other)).count();
      }
    }
    millis.sort(null);
    double median = millis.get(millis.size() / 2);
    double share = (double) related / found;
    double chance = events.chance(DRAWS);
    JsonNode newest =
        EventsExample.JSON.readTree(reports.resolve("emb_validation.json").toFile()).get("newest");
    long id = events.newest(1).get(0);
    stage.check(
        "E8",
        median < QUICK_MS
            && share > TIMES_CHANCE * chance
            && newest.get("key").asLong() == id
            && newest.get("neighbours").size() > 0
            && newest.get("millis").asDouble() < 10 * QUICK_MS,
        String.format(
            Locale.ROOT,
            "of the 5 nearest to the %d newest %.1f %% are related, of random pairs %.1f %%; half of the searches within %.1f ms. The newest in %.1f ms: %s is near %s",
            millis.size(),
            share * 100,
            chance * 100,
            median,
            newest.get("millis").asDouble(),
            device(id),
            device(newest.get("neighbours").get(0).get("key").asLong())));
  }

  /** Without the row itself, which is the nearest. */
  private static List<Long> nearest(Statement search, long id) throws SQLException {
    List<Long> nearest = new ArrayList<>();
    try (ResultSet row = search.executeQuery(SEARCH.formatted(id, NEAREST + 1))) {
      while (row.next()) {
        nearest.add(row.getLong(1));
      }
    }
    nearest.remove(id);
    return nearest;
  }

  private String device(long id) {
    return stage.column("select device from iot_events where id = " + id).get(0);
  }
}
