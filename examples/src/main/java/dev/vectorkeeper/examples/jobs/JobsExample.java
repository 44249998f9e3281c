package dev.vectorkeeper.examples.jobs;

import dev.vectorkeeper.examples.Criterion;
import dev.vectorkeeper.examples.Example;
import dev.vectorkeeper.examples.Stage;
import dev.vectorkeeper.provider.remote.StrictVendorServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A job board: triggers that queue, an endpoint that works the queue off, retries. */
public final class JobsExample implements Example {
  static final String MODEL = "text-embedding-3-small";

  @Override
  public String name() {
    return "jobs";
  }

  @Override
  public List<Criterion> criteria() {
    return List.of(
        new Criterion("J1", "the named triggers fill a queue that can be read and updated"),
        new Criterion("J2", "insert, update, upsert, bulk insert and copy are queued"),
        new Criterion("J3", "a call works off the oldest, 100 at most"),
        new Criterion("J4", "bearer or signature; Vercel's GET works, other GETs tell the status"),
        new Criterion("J5", "the status in its known form, open or not as set"),
        new Criterion("J6", "three attempts, then failed until cleared in SQL"),
        new Criterion("J7", "killed in mid-run: nothing lost, nothing double"));
  }

  @Override
  public void run(Stage stage) throws Exception {
    StrictVendorServer openai = stage.vendor("openai", Map.of(MODEL, 1_536));
    boolean real = stage.realKey("OPENAI_API_KEY").isPresent();
    if (real) {
      stage.env("OPENAI_API_KEY", stage.realKey("OPENAI_API_KEY").orElseThrow());
    } else {
      askLoopback(stage, openai);
    }
    stage.env("CRON_SECRET", QueueEndpoint.CRON_SECRET);
    stage.env("QUEUE_HMAC_SECRET", QueueEndpoint.HMAC_SECRET);
    stage.env("QUEUE_SCHEDULE", "false");
    stage.script("schema.sql");
    JobBoard board = new JobBoard(stage);
    board.copy(board.next(stage.rows(100, 8_100)), true);
    board.copy(board.next(stage.rows(10, 900)), false);
    stage.ok("apply", "--yes");
    stage.ok("worker", "--once");
    new Queued(stage, board, openai).check();
    QueueEndpoint endpoint = new QueueEndpoint(stage.serve());
    List<StatusSeen> seen = new ArrayList<>();
    seen.add(StatusSeen.of(stage, endpoint));
    new Called(stage, board, endpoint).check();
    if (real) {
      // What fails or is slow on purpose is played on this machine.
      endpoint.service().close();
      askLoopback(stage, openai);
      endpoint = new QueueEndpoint(stage.serve());
    }
    new Failing(stage, board, openai, endpoint).check(seen);
    stage.env("QUEUE_STATUS_OPEN", "false");
    checkStatus(stage, seen, new Killed(stage, board, openai).check(endpoint));
  }

  private static void checkStatus(Stage stage, List<StatusSeen> seen, QueueEndpoint closed)
      throws Exception {
    int without = closed.get().statusCode();
    int with = closed.getAs("curl/8", QueueEndpoint.CRON_SECRET).statusCode();
    stage.check(
        "J5",
        seen.stream().allMatch(StatusSeen::isAsExpected) && without == 401 && with == 200,
        "%s; closed: %d without a token, %d with"
            .formatted(
                seen.stream().map(StatusSeen::body).collect(Collectors.joining(" and ")),
                without,
                with));
  }

  private static void askLoopback(Stage stage, StrictVendorServer openai) {
    stage.env("OPENAI_API_KEY", StrictVendorServer.KEY);
    stage.env("OPENAI_EMBEDDINGS_URL", openai.baseUrl() + "/embeddings");
  }
}
