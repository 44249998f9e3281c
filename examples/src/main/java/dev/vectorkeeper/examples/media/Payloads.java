package dev.vectorkeeper.examples.media;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vectorkeeper.examples.Service;
import dev.vectorkeeper.examples.Stage;
import dev.vectorkeeper.provider.remote.ReceivedRequest;
import dev.vectorkeeper.provider.remote.StrictVendorServer;
import java.util.List;
import java.util.Map;

/** What a cron job posts, what it must show, and which variables count (M3, M4, M5). */
final class Payloads {
  private final Stage stage;
  private final Calls calls;
  private final Playing playing;

  Payloads(Stage stage, Calls calls, Playing playing) {
    this.stage = stage;
    this.calls = calls;
    this.playing = playing;
  }

  void run() throws Exception {
    asTheyStand();
    onlyWithTheToken();
    variables();
  }

  private void asTheyStand() throws Exception {
    JsonNode jina = post("jina");
    JsonNode openai = post("openai");
    ObjectNode other = Calls.payload(stage, "jina").put("task", "classification");
    var unknown = calls.post(other, "X-Job-Token", Calls.TOKEN);
    stage.check(
        "M3",
        isWhole(jina) && isWhole(openai) && unknown.body().contains("VK-B02"),
        "jina_example embedded %s and left %s, openai_example %s and %s; another task is refused with %d"
            .formatted(
                jina.get("embedded"),
                jina.get("remaining"),
                openai.get("embedded"),
                openai.get("remaining"),
                unknown.statusCode()));
  }

  private JsonNode post(String provider) throws Exception {
    ObjectNode body = Calls.payload(stage, provider);
    JsonNode answer = Service.json(calls.post(body, "X-Job-Token", Calls.TOKEN));
    stage.say("POST %s → %s".formatted(body, answer));
    return answer;
  }

  /** As many as asked for, and told as all runs tell it. */
  private boolean isWhole(JsonNode answer) throws Exception {
    int limit = Calls.payload(stage, "jina").get("limit").asInt();
    return answer.get("embedded").asInt() == limit
        && answer.get("processed").asInt() == limit
        && answer.get("failed").asInt() == 0
        && answer.get("remaining").asInt() > 0
        && !answer.get("sample_ids").isEmpty()
        && answer.has("skipped")
        && answer.has("duration_ms");
  }

  private void onlyWithTheToken() throws Exception {
    ObjectNode body = Calls.payload(stage, "jina").put("limit", 1);
    long before = stage.number("select count(*) from media_embeddings");
    int none = calls.post(body).statusCode();
    int wrong = calls.post(body, "X-Job-Token", "z" + Calls.TOKEN.substring(1)).statusCode();
    boolean nothingDone = stage.number("select count(*) from media_embeddings") == before;
    int right = calls.post(body, "X-Job-Token", Calls.TOKEN).statusCode();
    stage.check(
        "M4",
        none == 401 && wrong == 401 && nothingDone && right == 200,
        "no token %d, one of equal length %d, the right one %d".formatted(none, wrong, right));
  }

  private void variables() throws Exception {
    boolean reached = playing.servers().stream().allMatch(Payloads::isAskedInFull);
    JsonNode openai =
        tested("openai", Map.of("OPENAI_MODEL", "text-embedding-3-large", "OPENAI_DIM", "512"));
    JsonNode jina = tested("jina", Map.of("JINA_MODEL", "jina-embeddings-v4", "JINA_DIM", "256"));
    stage.check(
        "M5",
        reached
            && openai.get("model").asText().equals("text-embedding-3-large")
            && openai.get("dimensions").asInt() == 512
            && jina.get("model").asText().equals("jina-embeddings-v4")
            && jina.get("dimensions").asInt() == 256,
        "%d requests had key, model and 1024 at the full address; set otherwise: %s at %s, %s at %s"
            .formatted(
                playing.servers().stream().mapToInt(server -> server.requests().size()).sum(),
                openai.get("model").asText(),
                openai.get("dimensions"),
                jina.get("model").asText(),
                jina.get("dimensions")));
  }

  private static boolean isAskedInFull(StrictVendorServer server) {
    List<ReceivedRequest> requests = List.copyOf(server.requests());
    return !requests.isEmpty()
        && requests.stream()
            .filter(request -> request.headers().containsKey("authorization"))
            .allMatch(
                request ->
                    Playing.address(server).endsWith(request.target())
                        && ("Bearer " + StrictVendorServer.KEY)
                            .equals(request.headers().get("authorization"))
                        && request.body().get("model").asText().equals(defaultOf(server))
                        && request.body().path("dimensions").asInt(1_024) == 1_024);
  }

  private static String defaultOf(StrictVendorServer server) {
    return server.model().startsWith("jina") ? "jina-embeddings-v3" : "text-embedding-3-small";
  }

  private JsonNode tested(String profile, Map<String, String> variables) throws Exception {
    variables.forEach(stage::env);
    JsonNode answer = stage.json("provider", "test", profile);
    variables.keySet().forEach(name -> stage.env(name, null));
    return answer;
  }
}
