package dev.vectorkeeper.examples.events;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vectorkeeper.examples.Criterion;
import dev.vectorkeeper.examples.Example;
import dev.vectorkeeper.examples.Service;
import dev.vectorkeeper.examples.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** A local model, vectors in a table of their own, and a schedule that keeps them in step. */
public final class EventsExample implements Example {
  static final ObjectMapper JSON = new ObjectMapper();

  private static final int AT_FIRST = 100;
  private static final int LAST = 50;
  private static final String SECRET = "EMBED_FUNCTION_SECRET";

  /** The query by which the team counted, as it stands in its document's tests. */
  private static final String MISSING =
      """
      select count(*) from public.iot_events e
      left join public.event_embeddings v on v.event_id = e.id where v.event_id is null
      """;

  @Override
  public String name() {
    return "events";
  }

  @Override
  public List<Criterion> criteria() {
    return List.of(
        new Criterion("E1", "event_embeddings, keyed by event_id, with a cascading foreign key"),
        new Criterion("E2", "row level security is on, and what it hides stays hidden"),
        new Criterion("E3", "IVFFlat by cosine with 100 lists, and a warning where rows are few"),
        new Criterion("E4", "a local model: 384 dimensions, mean pooled, normalised"),
        new Criterion("E5", "the last N by embed-backfill, with time and rows"),
        new Criterion("E6", "25 rows a run every minute; a new row has a vector by the next tick"),
        new Criterion("E7", "missing = 0 after backfill, sync and 1,000 random changes"),
        new Criterion("E8", "nearest neighbours of the newest event, quick and sensible"),
        new Criterion("E9", "reports as files, without secrets"));
  }

  @Override
  public void run(Stage stage) throws Exception {
    stage.env(SECRET, UUID.randomUUID().toString());
    if (!stage.full()) {
      stage.env("EMBED_SYNC_CRON", "*/2 * * * * *");
    }
    stage.script("schema.sql");
    EventRows events = new EventRows(stage);
    Path reports = stage.work().resolve("reports");
    try (Site north = Site.open(stage)) {
      Lists lists = new Lists(stage);
      Sync sync = new Sync(stage, events);
      events.insert(AT_FIRST);
      lists.warnedOfFew(stage.json("apply", "--dry-run"), AT_FIRST);
      events.insert(stage.rows(400, 10_000) - AT_FIRST);
      stage.sql("analyze iot_events");
      stage.ok("apply", "--yes", "--report", reports.toString());
      new Table(stage).check();
      try (Service service = stage.serve()) {
        lastOnes(stage, service);
        sync.byTick();
        call(stage, service, Sync.NAME);
      }
      stage.ok("backfill", "events", "--report", reports.toString());
      Parity parity = new Parity();
      parity.after("the backfill", stage.number(MISSING));
      sync.byHand(reports);
      parity.after("the sync", stage.number(MISSING));
      randomChanges(stage, events, sync, parity);
      JsonNode verification =
          stage.json("verify", "events", "--limit", "recall=0.8", "--report", reports.toString());
      parity.judge(stage, verification);
      lists.check(verification);
      new Model(stage).check(verification);
      north.check();
      new Neighbourhood(stage, events).check(reports);
      new ReportedFiles(stage, reports).check();
    }
  }

  /** Before all others. */
  private static void lastOnes(Stage stage, Service service)
      throws IOException, InterruptedException {
    JsonNode answer = call(stage, service, "embed-backfill");
    long rows = stage.number("select count(*) from event_embeddings");
    long newest =
        stage.number(
            "select count(*) from event_embeddings where event_id in (select id from iot_events order by id desc limit "
                + LAST
                + ")");
    stage.check(
        "E5",
        answer.get("embedded").asInt() == LAST
            && rows == LAST
            && newest == LAST
            && answer.get("sample_ids").size() > 0
            && answer.get("remaining").asInt() == stage.number(MISSING)
            && answer.get("duration_ms").asLong() > 0
            && service.post("/functions/v1/embed-backfill", "{}").statusCode() == 401,
        "%d rows in %d ms, the newest %d of %d; refused without the secret"
            .formatted(
                answer.get("embedded").asInt(),
                answer.get("duration_ms").asLong(),
                newest,
                stage.number("select count(*) from iot_events")));
  }

  private static JsonNode call(Stage stage, Service service, String function)
      throws IOException, InterruptedException {
    JsonNode answer =
        Service.json(
            service.post(
                "/functions/v1/" + function,
                "{}",
                "Authorization",
                "Bearer " + stage.environment().get(SECRET)));
    stage.say("  POST /functions/v1/" + function + "  " + answer);
    return answer;
  }

  private static void randomChanges(Stage stage, EventRows events, Sync sync, Parity parity)
      throws Exception {
    int[] changes = events.change(stage.rows(200, 1_000));
    long missing = stage.number(MISSING);
    parity.changed(changes, missing, sync.untilNothingIsLeft());
    parity.after("the changes", stage.number(MISSING));
  }
}
