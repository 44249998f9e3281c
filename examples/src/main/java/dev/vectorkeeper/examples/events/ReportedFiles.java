package dev.vectorkeeper.examples.events;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vectorkeeper.examples.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files that were left behind. */
final class ReportedFiles {
  private static final List<String> NAMES =
      List.of(
          "emb_table_create.sql",
          "emb_table_create.md",
          "emb_backfill.json",
          "emb_backfill.md",
          "emb_sync_schedule.md",
          "emb_sync_test.json",
          "emb_validation.json",
          "emb_validation.md");

  private final Stage stage;
  private final Path reports;

  ReportedFiles(Stage stage, Path reports) {
    this.stage = stage;
    this.reports = reports;
  }

  void check() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (String name : NAMES) {
      Path file = reports.resolve(name);
      if (!Files.exists(file)) {
        wrong.add("there is no " + name);
      } else {
        String text = Files.readString(file);
        secrets().stream()
            .filter(text::contains)
            .forEach(secret -> wrong.add(name + " holds a secret"));
      }
    }
    if (!wrong.isEmpty()) {
      stage.notMet("E9", String.join(", ", wrong));
      return;
    }
    JsonNode backfill = read("emb_backfill.json");
    JsonNode sync = read("emb_sync_test.json");
    JsonNode validation = read("emb_validation.json");
    long rows = stage.number("select count(*) from iot_events");
    stage.check(
        "E9",
        backfill.get("embedded").asInt() > 0
            && backfill.get("sample_ids").size() > 0
            && sync.get("before").get(0).get("missing").asInt()
                == sync.get("result").get("embedded").asInt()
                    + sync.get("after").get(0).get("missing").asInt()
            && sync.get("result").get("duration_ms").asLong() > 0
            && validation.get("rows").asLong() == rows
            && validation.get("missing").asLong() == 0
            && validation.get("duration_ms").asLong() > 0,
        "%d files, no secret in them: backfill of %,d in %,d ms, sync %d to %d missing, validation of %,d rows"
            .formatted(
                NAMES.size(),
                backfill.get("embedded").asInt(),
                backfill.get("duration_ms").asLong(),
                sync.get("before").get(0).get("missing").asInt(),
                sync.get("after").get(0).get("missing").asInt(),
                validation.get("rows").asLong()));
  }

  private List<String> secrets() {
    String password = stage.database().url().properties().getProperty("password", "");
    return List.of(password, stage.environment().get("EMBED_FUNCTION_SECRET")).stream()
        .filter(secret -> !secret.isEmpty())
        .toList();
  }

  private JsonNode read(String name) throws IOException {
    return EventsExample.JSON.readTree(reports.resolve(name).toFile());
  }
}
