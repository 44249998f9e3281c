package dev.vectorkeeper.app.server.api;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.app.server.Api;
import dev.vectorkeeper.app.server.Call;
import dev.vectorkeeper.run.Operation;
import dev.vectorkeeper.run.RunRequest;
import dev.vectorkeeper.run.RunResult;
import dev.vectorkeeper.status.CollectionStatus;
import java.util.List;
import java.util.Map;

/** What waits for a source, and working it off. */
public final class QueueApi implements Api {
  private record Queue(
      long pending, long retries, long dead, double oldestSeconds, String message) {
    static Queue of(String source, List<CollectionStatus.Queue> queues) {
      long pending = queues.stream().mapToLong(CollectionStatus.Queue::waiting).sum();
      return new Queue(
          pending,
          queues.stream().mapToLong(CollectionStatus.Queue::retries).sum(),
          queues.stream().mapToLong(CollectionStatus.Queue::dead).sum(),
          queues.stream().mapToDouble(CollectionStatus.Queue::oldestSeconds).max().orElse(0),
          "%d %s pending embedding generation".formatted(pending, source));
    }
  }

  private final Vectorkeeper keeper;

  public QueueApi(Vectorkeeper keeper) {
    this.keeper = keeper;
  }

  @Override
  public Map<String, Call.Handler> handlers() {
    return Map.of(
        "getQueue", this::queue,
        "processQueue", call -> run(Operation.QUEUE, call),
        "sync", call -> run(Operation.SYNC, call));
  }

  private Queue queue(Call call) {
    return Queue.of(
        call.source(),
        keeper.catalog().liveCollections(keeper.catalog().source(call.source())).stream()
            .map(keeper.status()::queue)
            .toList());
  }

  private RunResult run(Operation operation, Call call) {
    return keeper.runs().run(RunRequest.of(operation, call.source(), call.body()), call.gone());
  }
}
