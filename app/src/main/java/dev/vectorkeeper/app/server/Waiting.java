package dev.vectorkeeper.app.server;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.status.CollectionStatus;
import java.util.List;

/**
 * What waits for a source, all its collections together.
 *
 * @param pending keys that are still to be done
 * @param retries keys among them that failed before
 * @param dead keys that are tried no more
 * @param oldestSeconds how long the oldest has waited
 * @param message the same in words, as hand-made systems answer it
 */
public record Waiting(long pending, long retries, long dead, double oldestSeconds, String message) {

  /** What waits now. */
  public static Waiting of(Vectorkeeper keeper, String source) {
    List<CollectionStatus.Queue> queues =
        keeper.catalog().liveCollections(keeper.catalog().source(source)).stream()
            .map(keeper.status()::queue)
            .toList();
    long pending = queues.stream().mapToLong(CollectionStatus.Queue::waiting).sum();
    return new Waiting(
        pending,
        queues.stream().mapToLong(CollectionStatus.Queue::retries).sum(),
        queues.stream().mapToLong(CollectionStatus.Queue::dead).sum(),
        queues.stream().mapToDouble(CollectionStatus.Queue::oldestSeconds).max().orElse(0),
        "%d %s pending embedding generation".formatted(pending, source));
  }
}
