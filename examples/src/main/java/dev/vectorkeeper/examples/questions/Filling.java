package dev.vectorkeeper.examples.questions;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vectorkeeper.examples.Ran;
import dev.vectorkeeper.examples.Running;
import dev.vectorkeeper.examples.Service;
import dev.vectorkeeper.examples.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The run that fills the second column: watched, killed, gone on with, its failures tried again.
 */
final class Filling {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int NOT_VERIFIED = 4;

  private final Stage stage;
  private final Provider provider;
  private final Moments moments;
  private final Set<Question> refused;
  private final List<String> wanting = new ArrayList<>();
  private final int before;
  private String printed = "";
  private long seenFirst;
  private long seenSecond;
  private long atKill;
  private int failed;

  /**
   * The filling.
   *
   * @param refused what the provider will not take at first
   */
  Filling(Stage stage, Provider provider, Moments moments, Set<Question> refused) {
    this.stage = stage;
    this.provider = provider;
    this.moments = moments;
    this.refused = refused;
    this.before = provider.requests();
  }

  private String[] command() {
    return new String[] {
      "migrate",
      "run",
      "questions",
      "--to",
      Model.NEW.name(),
      "--until",
      "verified",
      "--checkpoint",
      stage.work().toString(),
      "--report",
      stage.work().resolve("reports").toString(),
      "--threshold",
      Double.toString(Application.THRESHOLD),
      "--limit",
      "p95=500"
    };
  }

  private long filled() {
    return Moments.columns(stage).size() < 2
        ? 0
        : stage.number("select count(*) from questions where embedding__other is not null");
  }

  private JsonNode progress() throws IOException {
    return stage.json("migrate", "status", "questions").get("collection").get("backfill");
  }

  /** Begins, looks from a second terminal, and kills all that is Vectorkeeper's in the middle. */
  void beginAndKill(Service service, Question uploaded, Question edited)
      throws IOException, SQLException {
    int rows = (int) stage.number("select count(*) from questions");
    provider.hold(refused.stream().map(Question::text).collect(Collectors.toSet()));
    provider.answer(rows / 3);
    Running running = stage.start(command());
    Waiting.until("the first vectors", () -> filled() > rows / 10 || !running.isAlive());
    seenFirst = progress().get("rows_done").asLong();
    stage.ok("status");
    moments.at("while it fills", uploaded, edited);
    provider.answer(rows / 3);
    Waiting.until("more vectors", () -> filled() > rows / 3 || !running.isAlive());
    JsonNode later = progress();
    seenSecond = later.get("rows_done").asLong();
    wants(running.isAlive() && later.get("state").asText().equals("running"), "killed in mid-run");
    running.kill();
    service.kill();
    printed = running.output();
    atKill = filled();
    wants(
        checkpoint().get("backfill").get("rows_done").asLong() > 0,
        ".backfill-checkpoint.json with what was done");
  }

  private JsonNode checkpoint() throws IOException {
    return JSON.readTree(Files.readString(file(".backfill-checkpoint.json"))).get(0);
  }

  private Path file(String name) {
    return stage.work().resolve(name);
  }

  /** Goes on to the end, where the refused rows keep verification from passing. */
  void goOn() throws IOException {
    provider.answer(Integer.MAX_VALUE / 2);
    Ran stopped = stage.vectorkeeper(command());
    printed += stopped.all();
    JsonNode failures = JSON.readTree(Files.readString(file(".backfill-failed.json")));
    failed = failures.size();
    Set<String> keys = refused.stream().map(q -> Long.toString(q.id())).collect(Collectors.toSet());
    for (JsonNode failure : failures) {
      wants(keys.contains(failure.get("key").asText()), "only what was refused in the file");
    }
    int expected = provider.isPlayed() ? refused.size() : 0;
    wants(failed == expected, expected + " rows in .backfill-failed.json");
    wants(stopped.status() == (expected > 0 ? NOT_VERIFIED : 0), "refused before they are mended");
    wants(
        checkpoint().get("backfill").get("state").asText().equals("done"),
        "a checkpoint at the end");
  }

  /** Tries again what failed, and lets the run reach its end. */
  Ran retry() {
    stage.vectorkeeper("failures", "list", "questions");
    provider.refuseNothing();
    stage.ok("failures", "retry", "questions", "--all");
    String missing =
        refused.stream().map(q -> Long.toString(q.id())).collect(Collectors.joining(", "));
    Waiting.until(
        "what had failed",
        () ->
            stage.number(
                    "select count(*) from questions where embedding__other is null and deleted_at is null and id in ("
                        + missing
                        + ")")
                == 0);
    return stage.ok(command());
  }

  String printed() {
    return printed;
  }

  void judge() {
    Map<String, Long> asked = provider.asked(before);
    long twice = asked.values().stream().filter(times -> times > 1).count();
    wants(seenSecond > seenFirst, "progress seen from a second terminal");
    wants(twice * 4 < asked.size(), "what was filled is not embedded again");
    stage.check(
        "Q4",
        wanting.isEmpty(),
        "seen from a second terminal at %,d and %,d rows; killed at %,d vectors, gone on with: %,d of %,d texts were sent twice; %d failed, were tried again and have their vectors%s"
            .formatted(
                seenFirst,
                seenSecond,
                atKill,
                twice,
                asked.size(),
                failed,
                wanting.isEmpty() ? "" : "; wanting: " + String.join("; ", wanting)));
  }

  private void wants(boolean there, String what) {
    if (!there) {
      wanting.add(what);
    }
  }
}
