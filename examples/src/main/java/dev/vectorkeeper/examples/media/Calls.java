package dev.vectorkeeper.examples.media;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vectorkeeper.examples.Service;
import dev.vectorkeeper.examples.Stage;
import java.io.IOException;
import java.net.http.HttpResponse;

/** Calls of the server as the team's cron jobs and its application make them. */
final class Calls {
  static final String TOKEN = "a-long-random-string-of-the-team";

  private static final String PATH = "/functions/v1/media-embed-backfill";
  private static final int AT_A_TIME = 2_000;

  /** Calls that may find nothing to do, because a worker is at what remains. */
  private static final int PATIENCE = 20;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Stage stage;
  private final Service service;

  Calls(Stage stage, Service service) {
    this.stage = stage;
    this.service = service;
  }

  Service service() {
    return service;
  }

  /** The body of a provider's cron job, as it stands in the example's file. */
  static ObjectNode payload(Stage stage, String provider) throws IOException {
    JsonNode payloads =
        JSON.readTree(stage.work().resolve("cron_payloads_media_embed_backfill.json").toFile());
    return (ObjectNode) payloads.required(provider + "_example");
  }

  /** Posts a body to the backfill's path; headers by turns a name and a value. */
  HttpResponse<String> post(JsonNode body, String... headers)
      throws IOException, InterruptedException {
    return service.post(PATH, body.toString(), headers);
  }

  /** Goes on until nothing lacks a vector of a provider's. */
  void fill(String provider) throws IOException, InterruptedException {
    int idle = 0;
    for (int left = 1; left > 0 && idle < PATIENCE; ) {
      JsonNode answer = backfill(provider, AT_A_TIME);
      left = answer.get("remaining").asInt();
      idle += answer.get("processed").asInt() == 0 ? 1 : 0;
    }
  }

  /** Fills so many rows of a provider's, or all of them where fewer lack a vector. */
  JsonNode backfill(String provider, int rows) throws IOException, InterruptedException {
    ObjectNode body = payload(stage, provider).put("limit", rows).put("seconds", 600);
    JsonNode answer = Service.json(post(body, "X-Job-Token", TOKEN));
    stage.say("POST %s %s → %s".formatted(PATH, body, answer));
    return answer;
  }

  /** Asks the server for something that needs a token of its own. */
  JsonNode ask(String path, JsonNode body, String token) throws IOException, InterruptedException {
    return Service.json(service.post(path, body.toString(), "Authorization", "Bearer " + token));
  }
}
