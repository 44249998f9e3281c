package dev.vectorkeeper.examples.jobs;

import dev.vectorkeeper.examples.Stage;
import java.io.IOException;

/**
 * What the status answered, and what it should have by what the queue's view shows.
 *
 * @param body the answer
 * @param expected the same in the form that its readers know
 */
record StatusSeen(String body, String expected) {
  static StatusSeen of(Stage stage, QueueEndpoint endpoint)
      throws IOException, InterruptedException {
    long pending = stage.number("select count(*) from embedding_queue where processed_at is null");
    long retries = stage.number("select count(*) from embedding_queue where state = 'retrying'");
    return new StatusSeen(
        endpoint.get().body(),
        "{\"pending\":%d,\"retries\":%d,\"message\":\"%d jobs pending embedding generation\"}"
            .formatted(pending, retries, pending));
  }

  boolean isAsExpected() {
    return body.equals(expected);
  }
}
