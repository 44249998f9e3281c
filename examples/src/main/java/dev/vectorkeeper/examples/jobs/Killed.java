package dev.vectorkeeper.examples.jobs;

import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.app.demo.WordNet.Entry;
import dev.vectorkeeper.examples.Stage;
import dev.vectorkeeper.provider.remote.ReceivedRequest;
import dev.vectorkeeper.provider.remote.StrictVendorServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;

/** J7: the server is killed while two of its calls wait for the provider. */
final class Killed {
  private static final Duration SLOW = Duration.ofSeconds(30);
  private static final int IN_FLIGHT = 2;

  private static final String ENDED =
      "update vectorkeeper.claim set expires_at = clock_timestamp() where token is not null";

  private final Stage stage;
  private final JobBoard board;
  private final StrictVendorServer openai;

  Killed(Stage stage, JobBoard board, StrictVendorServer openai) {
    this.stage = stage;
    this.board = board;
    this.openai = openai;
  }

  /** Returns the endpoint of the server that goes on. */
  QueueEndpoint check(QueueEndpoint endpoint) throws Exception {
    int limit = stage.rows(20, 100);
    List<Entry> jobs = board.next(stage.rows(70, 1_000));
    board.insert(jobs);
    int before = openai.requests().size();
    int first = endpoint.process(limit).get("embedded").asInt();
    openai.latency(SLOW);
    for (int calls = 1; calls <= IN_FLIGHT; calls++) {
      int received = openai.requests().size();
      var call = CompletableFuture.supplyAsync(() -> answered(endpoint, limit));
      await().until(() -> openai.requests().size() > received || call.isDone());
    }
    endpoint.service().kill();
    stage.say("# the server was killed while two calls waited for the provider");
    openai.latency(Duration.ZERO);
    long held = board.queued("running");
    QueueEndpoint next = new QueueEndpoint(stage.serve());
    int others = next.processAll();
    awaitLease();
    int taken = next.processAll();
    judge(jobs, before, new Rows(first, held, limit * IN_FLIGHT, others, taken));
    return next;
  }

  private static boolean answered(QueueEndpoint endpoint, int limit) {
    try {
      endpoint.process(limit);
      return true;
    } catch (Exception e) {
      // the connection broke with the server
      return false;
    }
  }

  /** A minute at full size; the small run puts the end of the leases to now. */
  private void awaitLease() {
    if (!stage.full()) {
      stage.sql(ENDED);
    }
    await().atMost(Duration.ofMinutes(2)).until(() -> board.queued("running") == 0);
  }

  /** Rows that were done before the kill, held by the killed calls, and done after it. */
  private record Rows(int first, long held, long inFlight, int others, int afterLease) {
    boolean addUpTo(int all) {
      return held == inFlight && afterLease <= held && first + others + afterLease == all;
    }
  }

  private void judge(List<Entry> jobs, int before, Rows rows) throws SQLException {
    List<ReceivedRequest> requests = openai.requests();
    Map<String, Long> asked =
        requests.subList(before, requests.size()).stream()
            .flatMap(request -> request.texts().stream())
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    List<String> texts = jobs.stream().map(JobBoard::text).distinct().toList();
    long twice = asked.values().stream().filter(times -> times == 2).count();
    long once = asked.values().stream().filter(times -> times == 1).count();
    long right = board.withVectors(jobs, stage.vectors().of(JobsExample.MODEL, texts(jobs), 1_536));
    long vectors = stage.number("select count(*) from jobs_embeddings_active");
    long ids = stage.number("select count(distinct id) from jobs_embeddings_active");
    long left = stage.number("select count(*) from embedding_queue");
    stage.check(
        "J7",
        rows.addUpTo(jobs.size())
            && twice == rows.held()
            && once == texts.size() - twice
            && right == jobs.size()
            && vectors == ids
            && board.wrong() == 0
            && left == 0,
        "%d rows: %d done before, %d in flight at the kill, %d done by the next calls, %d after the lease; sent once %d, twice %d; %d vectors right, %,d of %,d jobs, %d left"
            .formatted(
                jobs.size(),
                rows.first(),
                rows.held(),
                rows.others(),
                rows.afterLease(),
                once,
                twice,
                right,
                vectors,
                ids,
                left));
  }

  private static List<String> texts(List<Entry> jobs) {
    return jobs.stream().map(JobBoard::text).toList();
  }
}
