package dev.vectorkeeper.app.server.api;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.app.server.Api;
import dev.vectorkeeper.app.server.Call;
import dev.vectorkeeper.app.server.Waiting;
import dev.vectorkeeper.run.Operation;
import dev.vectorkeeper.run.RunRequest;
import dev.vectorkeeper.run.RunResult;
import java.util.Map;

/** What waits for a source, and working it off. */
public final class QueueApi implements Api {
  private final Vectorkeeper keeper;

  public QueueApi(Vectorkeeper keeper) {
    this.keeper = keeper;
  }

  @Override
  public Map<String, Call.Handler> handlers() {
    return Map.of(
        "getQueue", call -> Waiting.of(keeper, call.source()),
        "processQueue", call -> run(Operation.QUEUE, call),
        "sync", call -> run(Operation.SYNC, call));
  }

  private RunResult run(Operation operation, Call call) {
    return keeper.runs().run(RunRequest.of(operation, call.source(), call.body()), call.gone());
  }
}
