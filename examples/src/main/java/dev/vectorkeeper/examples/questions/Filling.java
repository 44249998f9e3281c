package dev.vectorkeeper.examples.questions;

import static java.util.stream.Collectors.toSet;

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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The run that fills the second column: watched, killed, gone on with, its failures tried again.
 */
final class Filling {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int NOT_VERIFIED = 4;

  /** Rows that are filled in one piece. */
  private static final int RANGE = 512;

  private static final String FILLED_TEXTS =
      "select title || coalesce(' ' || body, '') from questions where embedding__other is not null and deleted_at is null";

  private final Stage stage;
  private final Provider provider;
  private final Moments moments;
  private final Table table;
  private final Set<Question> refused;
  private final List<String> wanting = new ArrayList<>();
  private String printed = "";
  private long seenFirst;
  private long seenSecond;
  private Set<String> atKill = Set.of();
  private int requestsAtKill;
  private int failed;

  /**
   * The filling.
   *
   * @param refused what the provider will not take at first
   */
  Filling(Stage stage, Provider provider, Moments moments, Table table, Set<Question> refused) {
    this.stage = stage;
    this.provider = provider;
    this.moments = moments;
    this.table = table;
    this.refused = refused;
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

  /** Rows that have a vector, as a second terminal shows it. */
  private long embedded() throws IOException {
    JsonNode status = stage.json("migrate", "status", "questions");
    return status.get("collection").get("rows").get("embedded").asLong();
  }

  /** Begins, looks from a second terminal, and kills all that is Vectorkeeper's in the middle. */
  void beginAndKill(Service service, Question uploaded, Question edited)
      throws IOException, SQLException {
    int first = Math.max(RANGE, table.size() / 3);
    Set<String> second = table.texts(first, 2 * first);
    Set<String> third = table.texts(2 * first, table.size());
    provider.play(texts(refused), Stream.of(second, third).flatMap(Set::stream).collect(toSet()));
    Running running = stage.start(command());
    Waiting.until("the first vectors", () -> filled() > first / 4 || !running.isAlive());
    seenFirst = embedded();
    stage.ok("status");
    moments.at("while it fills", uploaded, edited);
    provider.answer(second);
    Waiting.until("more vectors", () -> filled() > first * 5 / 4 || !running.isAlive());
    seenSecond = embedded();
    wants(running.isAlive() && checkpoint().get("state").asText().equals("running"), "mid-run");
    running.kill();
    service.kill();
    provider.answer(third);
    printed = running.output();
    atKill = Set.copyOf(stage.column(FILLED_TEXTS));
    requestsAtKill = provider.requests();
    wants(checkpoint().get("rows_done").asLong() > 0, "what was done, in the checkpoint");
  }

  private static Set<String> texts(Set<Question> questions) {
    return questions.stream().map(Question::text).collect(toSet());
  }

  private JsonNode checkpoint() throws IOException {
    return JSON.readTree(Files.readString(file(".backfill-checkpoint.json")))
        .get(0)
        .get("backfill");
  }

  private Path file(String name) {
    return stage.work().resolve(name);
  }

  /** Goes on to the end, where the refused rows keep verification from passing. */
  void goOn() throws IOException {
    Ran stopped = stage.vectorkeeper(command());
    printed += stopped.all();
    JsonNode failures = JSON.readTree(Files.readString(file(".backfill-failed.json")));
    failed = failures.size();
    Set<String> keys = refused.stream().map(q -> Long.toString(q.id())).collect(toSet());
    for (JsonNode failure : failures) {
      wants(keys.contains(failure.get("key").asText()), "only what was refused in the file");
    }
    int expected = provider.isPlayed() ? refused.size() : 0;
    wants(failed == expected, expected + " rows in .backfill-failed.json");
    wants(stopped.status() == (expected > 0 ? NOT_VERIFIED : 0), "refused before they are mended");
    wants(checkpoint().get("state").asText().equals("done"), "a checkpoint at the end");
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
    Set<String> again = new HashSet<>(provider.asked(requestsAtKill));
    again.retainAll(atKill);
    wants(seenSecond > seenFirst, "progress seen from a second terminal");
    wants(again.isEmpty(), "what was filled is not embedded again");
    stage.check(
        "Q4",
        wanting.isEmpty(),
        "a second terminal showed %,d, then %,d rows with a vector; killed at %,d, gone on with, %d of these sent again; %d rows failed, were tried again and have their vectors%s"
            .formatted(
                seenFirst,
                seenSecond,
                atKill.size(),
                again.size(),
                failed,
                wanting.isEmpty() ? "" : "; wanting: " + String.join("; ", wanting)));
  }

  private void wants(boolean there, String what) {
    if (!there) {
      wanting.add(what);
    }
  }
}
