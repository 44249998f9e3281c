package dev.vectorkeeper.examples.media;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vectorkeeper.examples.Service;
import dev.vectorkeeper.examples.Stage;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The two schedules: Jina's from the beginning, OpenAI's as soon as its key is there (M6). */
final class CronJobs {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Pattern CODE = Pattern.compile("VK-\\w+");

  /** Rows of a run. */
  private static final int LIMIT = 20;

  private final Stage stage;
  private final Playing playing;
  private final int awaited;
  private boolean declaredAsAsked;
  private String declared = "";
  private boolean heldWithoutTheKey;
  private String withoutTheKey = "";

  CronJobs(Stage stage, Playing playing) {
    this.stage = stage;
    this.playing = playing;
    this.awaited = stage.rows(1, 3);
  }

  /** As the file has them, then every two seconds, so that one can watch. */
  void declare() throws IOException {
    stage.ok("apply", "--yes");
    JsonNode list = stage.json("schedule", "list");
    JsonNode jina = of(list, "media-jina");
    JsonNode openai = of(list, "media-openai");
    declaredAsAsked =
        jina.get("enabled").asBoolean()
            && !openai.get("enabled").asBoolean()
            && !jina.get("cron").equals(openai.get("cron"))
            && !jina.get("arguments").equals(openai.get("arguments"));
    declared = "%s and %s".formatted(jina.get("cron").asText(), openai.get("cron").asText());
    stage.env("MEDIA_JINA_CRON", "*/2 * * * * *");
    stage.env("MEDIA_OPENAI_CRON", "1-59/2 * * * * *");
    stage.env("MEDIA_BACKFILL_LIMIT", Integer.toString(LIMIT));
    stage.ok("apply", "--yes");
  }

  private static JsonNode of(JsonNode list, String name) {
    for (JsonNode schedule : list) {
      if (schedule.get("name").asText().equals(name)) {
        return schedule;
      }
    }
    throw new IllegalStateException("there is no schedule " + name);
  }

  void runWithoutTheKey() throws Exception {
    try (Service service = stage.serve()) {
      awaitRuns("media-jina", awaited);
      HttpResponse<String> refused =
          new Calls(stage, service)
              .post(Calls.payload(stage, "openai"), "X-Job-Token", Calls.TOKEN);
      stage.say("POST openai_example without OPENAI_API_KEY → " + refused.body());
      heldWithoutTheKey =
          refused.statusCode() >= 400
              && refused.body().contains("OPENAI_API_KEY")
              && runs("media-openai") == 0
              && vectors("openai") == 0
              && vectors("jina") >= awaited * LIMIT;
      withoutTheKey =
          "without the key %d runs of Jina's, %d of OpenAI's, a call says %s"
              .formatted(
                  runs("media-jina"),
                  runs("media-openai"),
                  CODE.matcher(refused.body())
                      .results()
                      .findFirst()
                      .map(MatchResult::group)
                      .orElse("nothing"));
    }
    playing.setKey("openai");
  }

  /** Ends with both disabled, so that what follows is alone. */
  void enable() throws IOException {
    stage.ok("schedule", "enable", "media-openai");
    awaitRuns("media-openai", awaited);
    stage.ok("schedule", "list");
    long apart =
        stage.number(
            "select count(*) from vectorkeeper.schedule_run where extract(second from due_at)::integer % 2 <> case schedule when 'media-jina' then 0 else 1 end");
    stage.check(
        "M6",
        declaredAsAsked && heldWithoutTheKey && apart == 0 && vectors("openai") >= awaited * LIMIT,
        "%s; %s; enabled, it ran %d times and made %d vectors; %d ticks at the other's time"
            .formatted(declared, withoutTheKey, runs("media-openai"), vectors("openai"), apart));
    stage.ok("schedule", "disable", "media-openai");
    stage.ok("schedule", "disable", "media-jina");
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                stage.number(
                        "select count(*) from vectorkeeper.schedule_run where outcome = 'running'")
                    == 0);
  }

  private void awaitRuns(String schedule, int count) {
    await().atMost(PATIENCE).until(() -> runs(schedule) >= count);
  }

  private long runs(String schedule) {
    return stage.number(
        "select count(*) from vectorkeeper.schedule_run where outcome = 'done' and schedule = '%s'"
            .formatted(schedule));
  }

  private long vectors(String profile) {
    return stage.number(
        "select count(*) from media_embeddings where profile = '%s'".formatted(profile));
  }
}
