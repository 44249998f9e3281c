package dev.vectorkeeper.worker;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.postgres.Conflicts;
import dev.vectorkeeper.postgres.DataFault;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.queue.Activity;
import dev.vectorkeeper.queue.BatchResult;
import dev.vectorkeeper.queue.Claims;
import dev.vectorkeeper.queue.Failures;
import dev.vectorkeeper.queue.KeyBatch;
import dev.vectorkeeper.queue.Totals;
import dev.vectorkeeper.store.EmbeddedText;
import dev.vectorkeeper.store.VectorStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;

/**
 * The one way in which a key becomes a stored vector: read rows, render, chunk and hash, skip what
 * is unchanged, embed, write under the fence, recheck, complete. No transaction is open while a
 * provider is called. The claim is one transaction, the fenced write a second, recheck and
 * completion a third with a new snapshot: with fewer, a delete or an edit that commits meanwhile
 * leaves an orphan or a stale vector behind (postgres-facts 1).
 */
public final class EmbeddingPath {
  /**
   * What one pass did.
   *
   * @param result counts of rows
   * @param trouble why some of the batch was put off, or nothing
   */
  public record Pass(BatchResult result, Optional<Trouble> trouble) {}

  private static final int TRIES = 3;

  /** Keys in a claim of what was put off. */
  private static final int PUT_OFF = 256;

  private final Database database;
  private final VectorStore store;
  private final RowReader reader;
  private final RowEmbedder embedder;
  private final Governor governor;
  private final Failures failures;
  private final Claims claims;
  private final Totals totals;

  EmbeddingPath(Database database, Collection collection, RowEmbedder embedder, Governor governor) {
    this.database = database;
    this.store = VectorStore.of(collection, database.server());
    this.reader = new RowReader(database.jdbi(), store);
    this.embedder = embedder;
    this.governor = governor;
    this.failures = new Failures(collection.id());
    this.claims = new Claims(collection.id());
    this.totals = new Totals(collection.id(), collection.profile().id());
  }

  /**
   * Takes a batch all the way. A row that began to fail after it was read makes the write or the
   * recheck fail; the next reading finds it.
   */
  public Pass run(KeyBatch batch) {
    for (int attempt = 1; ; attempt++) {
      try {
        return runOnce(batch);
      } catch (JdbiException e) {
        if (attempt == TRIES || DataFault.of(e).isEmpty()) {
          throw e;
        }
      }
    }
  }

  private Pass runOnce(KeyBatch batch) {
    RowReader.Rows rows = reader.read(batch.keys());
    long started = System.nanoTime();
    RowEmbedder.Embeddings embeddings = embedder.embed(rows.toEmbed(), batch.budget());
    Duration embedding = Duration.ofNanos(System.nanoTime() - started);
    governor.write(batch, () -> write(batch, embeddings.vectors(), rows));
    Activity.Took took =
        new Activity.Took(
            batch.since().map(since -> Duration.between(since, Instant.now())),
            rows.toEmbed().isEmpty() ? Optional.empty() : Optional.of(embedding),
            embeddings.trouble().filter(Trouble::isOfProvider).isPresent());
    return Conflicts.retry(() -> finish(batch, rows, embeddings, took));
  }

  /**
   * The second transaction: only if the batch is still held, and only what rows still say. Several
   * of them where the rows are the application's own.
   */
  private void write(KeyBatch batch, List<EmbeddedText> vectors, RowReader.Rows rows) {
    int most = database.jdbi().withHandle(store::rowsAtOnce);
    List<Consumer<Handle>> writes =
        Stream.of(
                parts(vectors, most, store::write),
                parts(rows.twins(), most, store::copyTwins),
                parts(rows.foreign(), most, store::keep),
                parts(rows.toRemove(), most, store::remove))
            .flatMap(part -> part)
            .toList();
    int together = most == Integer.MAX_VALUE ? writes.size() : 1;
    boolean held = true;
    for (int from = 0; from < writes.size() && held; from += together) {
      List<Consumer<Handle>> some = writes.subList(from, from + together);
      held = Conflicts.retry(() -> database.jdbi().inTransaction(h -> fenced(h, batch, some)));
    }
  }

  private static boolean fenced(Handle handle, KeyBatch batch, List<Consumer<Handle>> writes) {
    if (!batch.isHeld(handle)) {
      return false;
    }
    // The third transaction waits for the disk, and with itself for this one.
    handle.execute("set local synchronous_commit = off");
    writes.forEach(write -> write.accept(handle));
    return true;
  }

  private static <T> Stream<Consumer<Handle>> parts(
      List<T> all, int most, BiConsumer<Handle, List<T>> write) {
    int step = Math.max(1, Math.min(most, all.size()));
    return IntStream.iterate(0, from -> from < all.size(), from -> from + step)
        .mapToObj(from -> all.subList(from, Math.min(all.size(), from + step)))
        .map(part -> handle -> write.accept(handle, part));
  }

  /**
   * The third transaction, also when the lease was lost meanwhile: what may have been written is
   * looked at again.
   */
  private Pass finish(
      KeyBatch batch, RowReader.Rows rows, RowEmbedder.Embeddings embeddings, Activity.Took took) {
    List<RowFailure> failed =
        Stream.concat(rows.unreadable().stream(), embeddings.failed().stream()).toList();
    BatchResult result =
        new BatchResult(
                embeddings.keys().size() + rows.twins().size(),
                embeddings.reused() + rows.twins().size(),
                rows.unchanged().size() + rows.foreign().size(),
                rows.toRemove().size(),
                failed.size(),
                embeddings.truncated(),
                embeddings.usage())
            .withSamples(embeddings.keys());
    List<String> written =
        Stream.of(embeddings.keys(), rows.twins(), rows.foreign(), rows.toRemove())
            .flatMap(List::stream)
            .toList();
    database
        .jdbi()
        .useTransaction(
            handle -> {
              if (!written.isEmpty()) {
                store.recheck(handle, written);
              }
              failures.forget(
                  handle, Stream.concat(written.stream(), rows.unchanged().stream()).toList());
              boolean again =
                  RowFailure.record(
                      handle, failures, failed, embedder.retryBase(), batch.isBudgeted());
              totals.add(handle, result, took);
              if (again) {
                batch.release(handle, result, embedder.retryBase());
              } else {
                end(handle, batch, result, embeddings);
              }
            });
    return new Pass(result, embeddings.trouble());
  }

  /**
   * Where there was trouble, only what nothing is known of is taken again; by the run whose budget
   * it is, where that is what lacked.
   */
  private void end(
      Handle handle, KeyBatch batch, BatchResult result, RowEmbedder.Embeddings embeddings) {
    Optional<Trouble> trouble = embeddings.trouble();
    if (trouble.isEmpty()) {
      batch.complete(handle, result);
    } else if (embeddings.putOff().size() == batch.keys().size() || batch.isBudgeted()) {
      batch.release(handle, result, trouble.get().delay());
    } else {
      batch.complete(handle, result);
      List<String> keys = embeddings.putOff();
      for (int from = 0; from < keys.size(); from += PUT_OFF) {
        List<String> some = keys.subList(from, Math.min(keys.size(), from + PUT_OFF));
        claims.add(handle, some, Instant.now(), trouble.get().delay());
      }
    }
  }
}
