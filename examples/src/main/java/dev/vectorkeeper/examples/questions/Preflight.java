package dev.vectorkeeper.examples.questions;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vectorkeeper.examples.Ran;
import dev.vectorkeeper.examples.Stage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the plan says before anything is changed, against what is there. */
final class Preflight {
  private final Stage stage;
  private final List<String> wanting = new ArrayList<>();
  private int findings;

  Preflight(Stage stage) {
    this.stage = stage;
  }

  /** Asks for the plan, as text and as JSON. */
  void look() throws IOException {
    Ran plan = stage.ok("migrate", "plan", "questions", "--to", Model.NEW.name());
    JsonNode found = stage.json("migrate", "plan", "questions", "--to", Model.NEW.name());
    findings = found.get("findings").size();
    expected().forEach((topic, said) -> require(found, topic, said));
    for (JsonNode finding : found.get("findings")) {
      String line = finding.get("number").asInt() + ". ";
      wants(plan.out().lines().anyMatch(shown -> shown.contains(line)), "line " + line);
    }
    wants(plan.out().contains("Steps:"), "the steps");
    wants(plan.out().contains("Nothing was changed. Begin with"), "what comes next");
    wants(Moments.columns(stage).size() == 1, "nothing changed");
  }

  /** A part of the sentence about each topic, found without Vectorkeeper where it is a figure. */
  private Map<String, String> expected() {
    Map<String, String> expected = new LinkedHashMap<>();
    String live = "select count(*) from questions where deleted_at is null";
    expected.put("rows", counted(live) + " rows have a text, and " + without(live));
    expected.put("present", "768 dimensions, in the column embedding");
    expected.put("index", "idx_questions_embedding is valid");
    expected.put("searches", "match_questions_with_solutions");
    expected.put("provider", "GEMINI_API_KEY");
    expected.put("quota", "tokens a minute");
    expected.put("cost", "US dollars");
    expected.put("disk", "MB are free");
    expected.put("rights", "This role may do it");
    expected.put("backup", backup());
    return expected;
  }

  private String counted(String query) {
    return String.format(Locale.ROOT, "%,d", stage.number(query));
  }

  private String without(String live) {
    return counted(live + " and embedding is null") + " of them no vector";
  }

  private String backup() {
    boolean known =
        stage.number(
                "select (select count(*) from pg_stat_archiver where last_archived_time is not null) + (select count(*) from pg_stat_replication)")
            > 0;
    return known ? "" : "The server knows of no backup";
  }

  /** What is said of the index is said of what is present. */
  private void require(JsonNode plan, String topic, String said) {
    for (JsonNode finding : plan.get("findings")) {
      boolean about = finding.get("topic").asText().equals(topic.replace("index", "present"));
      if (about && finding.get("sentence").asText().contains(said)) {
        return;
      }
    }
    wanting.add(topic + ": " + said);
  }

  private void wants(boolean there, String what) {
    if (!there) {
      wanting.add(what);
    }
  }

  /** The steps that the runs printed together, and the summary of the last. */
  void look(String printed, Ran last) {
    for (String step : List.of("1. prepared", "2. indexing", "3. verifying", "4. ready")) {
      wants(printed.contains(step) || last.all().contains(step), step);
    }
    wants(last.out().contains("Next: vectorkeeper migrate cutover"), "the summary's next step");
    wants(last.out().contains(" of them a vector of 1,536 dimensions, "), "the summary's counts");
  }

  void judge() {
    stage.check(
        "Q2",
        wanting.isEmpty(),
        wanting.isEmpty()
            ? findings
                + " numbered findings, each figure as counted by SQL; steps and summary with what comes next"
            : "wanting: " + String.join("; ", wanting));
  }
}
