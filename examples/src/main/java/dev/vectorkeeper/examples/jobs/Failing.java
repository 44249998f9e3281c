package dev.vectorkeeper.examples.jobs;

import static org.awaitility.Awaitility.await;

import dev.vectorkeeper.app.demo.WordNet.Entry;
import dev.vectorkeeper.examples.Stage;
import dev.vectorkeeper.provider.remote.Play;
import dev.vectorkeeper.provider.remote.ReceivedRequest;
import dev.vectorkeeper.provider.remote.StrictVendorServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** J6: a text at which the provider breaks, among others that it embeds. */
final class Failing {
  private static final String ROW =
      """
      select q.state || ' ' || q.attempts || ' ' || (q.processed_at is null) || ' ' || (q.error_message is null)
      from embedding_queue q
      """;

  private static final String NOT_DUE =
      "select count(*) from vectorkeeper.retry where due_at > now()";

  private final Stage stage;
  private final JobBoard board;
  private final StrictVendorServer openai;
  private final QueueEndpoint endpoint;

  Failing(Stage stage, JobBoard board, StrictVendorServer openai, QueueEndpoint endpoint) {
    this.stage = stage;
    this.board = board;
    this.openai = openai;
    this.endpoint = endpoint;
  }

  void check(List<StatusSeen> seen) throws Exception {
    List<Entry> jobs = board.next(10);
    String poison = JobBoard.text(jobs.get(4));
    openai.script(asked -> asked.texts().contains(poison) ? Play.SERVER_ERROR : Play.ANSWER);
    board.insert(jobs);
    List<String> states = new ArrayList<>();
    for (int attempt = 1; attempt <= 3; attempt++) {
      awaitAttempt();
      endpoint.process();
      states.add(stage.column(ROW).toString());
      if (attempt == 1) {
        seen.add(StatusSeen.of(stage, endpoint));
      }
    }
    boolean alone = board.wrong() == 1;
    long asked = timesAsked(poison);
    endpoint.process();
    boolean left = timesAsked(poison) == asked;
    openai.script(request -> Play.ANSWER);
    int cleared = clearAsSupport();
    String again = stage.column(ROW).toString();
    endpoint.process();
    boolean done = board.wrong() == 0 && stage.column(ROW).isEmpty();
    stage.check(
        "J6",
        states.equals(
                List.of(
                    "[retrying 1 true false]", "[retrying 2 true false]", "[dead 3 false false]"))
            && alone
            && left
            && cleared == 1
            && again.equals("[pending 0 true true]")
            && done,
        "%s; then left alone; cleared by a role that may do nothing else: %s, embedded"
            .formatted(String.join(", ", states), again));
  }

  /**
   * The tries are some seconds apart; in the small run clearing the error makes each due at once.
   */
  private void awaitAttempt() {
    if (!stage.full()) {
      stage.sql("update embedding_queue set error_message = null where state = 'retrying'");
    }
    await().atMost(Duration.ofMinutes(1)).until(() -> stage.number(NOT_DUE) == 0);
  }

  private long timesAsked(String text) {
    return openai.requests().stream()
        .map(ReceivedRequest::texts)
        .filter(t -> t.contains(text))
        .count();
  }

  private int clearAsSupport() throws SQLException {
    String role = "support_" + Long.toString(System.nanoTime(), Character.MAX_RADIX);
    stage.sql(
        "create role " + role,
        "grant select, update (processed_at, error_message) on embedding_queue to " + role);
    try (Connection session = stage.session();
        Statement statement = session.createStatement()) {
      statement.execute("set role " + role);
      return statement.executeUpdate(
          "update embedding_queue set processed_at = null, error_message = null where processed_at is not null");
    } finally {
      stage.sql("drop owned by " + role, "drop role " + role);
    }
  }
}
