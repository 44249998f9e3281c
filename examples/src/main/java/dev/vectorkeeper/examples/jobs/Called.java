package dev.vectorkeeper.examples.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vectorkeeper.examples.Service;
import dev.vectorkeeper.examples.Stage;
import java.util.List;

/** J3 and J4: who may call the endpoint, and what a call does. */
final class Called {
  private static final int LIMIT = 100;

  private final Stage stage;
  private final JobBoard board;
  private final QueueEndpoint endpoint;

  Called(Stage stage, JobBoard board, QueueEndpoint endpoint) {
    this.stage = stage;
    this.board = board;
    this.endpoint = endpoint;
  }

  void check() throws Exception {
    boolean refused = strangersAreRefused();
    checkOldestFirst();
    checkCallers(refused);
  }

  private void checkOldestFirst() throws Exception {
    stage.sql("create table queue_before as select job_id, created_at from embedding_queue");
    JsonNode run = endpoint.process();
    long late =
        stage.number(
            """
            select count(*) from queue_before d join queue_before w on w.created_at < d.created_at
            where d.job_id not in (select job_id from embedding_queue) and w.job_id in (select job_id from embedding_queue)
            """);
    long left = stage.number("select count(*) from embedding_queue");
    long before = stage.number("select count(*) from queue_before");
    stage.sql("drop table queue_before");
    int more = endpoint.post("{\"limit\":101}", bearer(QueueEndpoint.CRON_SECRET)).statusCode();
    stage.check(
        "J3",
        run.get("embedded").asInt() == LIMIT
            && run.get("remaining").asLong() == left
            && before - left == LIMIT
            && late == 0
            && more == 400,
        "%d of %d in %d ms, %d passed over an older one; a call for 101 answers %d"
            .formatted(
                run.get("processed").asInt(), before, run.get("duration_ms").asInt(), late, more));
  }

  private static String[] bearer(String token) {
    return new String[] {"Authorization", "Bearer " + token};
  }

  private boolean strangersAreRefused() throws Exception {
    String body = "{\"limit\":1}";
    String[] signed = QueueEndpoint.signature(body);
    long waiting = board.waiting().size();
    List<Integer> answers =
        List.of(
            endpoint.post("").statusCode(),
            endpoint.post("", bearer("not-the-secret")).statusCode(),
            endpoint.post("{\"limit\":2}", signed).statusCode());
    return answers.equals(List.of(401, 401, 401)) && board.waiting().size() == waiting;
  }

  private void checkCallers(boolean refused) throws Exception {
    String body = "{\"limit\":5}";
    String[] signed = QueueEndpoint.signature(body);
    int bySignature = Service.json(endpoint.post(body, signed)).get("embedded").asInt();
    int replayed = endpoint.post(body, signed).statusCode();
    long waiting = board.waiting().size();
    boolean others =
        endpoint.get("User-Agent", "vercel-cron/1.0").body().startsWith("{\"pending\":" + waiting)
            && endpoint
                .getAs("curl/8", QueueEndpoint.CRON_SECRET)
                .body()
                .startsWith("{\"pending\":" + waiting)
            && board.waiting().size() == waiting;
    int byVercel = endpoint.vercel().get("embedded").asInt();
    endpoint.processAll();
    stage.check(
        "J4",
        refused
            && bySignature == 5
            && replayed == 401
            && others
            && byVercel == Math.min(LIMIT, waiting)
            && board.wrong() == 0,
        "signed: %d embedded, again: %d; vercel-cron's GET: %d embedded; other GETs, wrong or no secret: none"
            .formatted(bySignature, replayed, byVercel));
  }
}
