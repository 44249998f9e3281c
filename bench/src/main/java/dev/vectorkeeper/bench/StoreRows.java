package dev.vectorkeeper.bench;

import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.queue.BatchResult;
import dev.vectorkeeper.queue.Claim;
import dev.vectorkeeper.queue.ClaimBatch;
import dev.vectorkeeper.queue.Claims;
import dev.vectorkeeper.queue.KeyBatch;
import dev.vectorkeeper.store.CollectionStore;
import dev.vectorkeeper.store.ContentRow;
import dev.vectorkeeper.store.EmbeddedText;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.LongStream;

/**
 * A source with rows, an empty collection without an index, and a vector for each row that waits to
 * be stored.
 *
 * @param texts the vectors with the hashes that the rows have
 */
record StoreRows(
    BenchDatabase database,
    Collection collection,
    CollectionStore store,
    List<EmbeddedText> texts) {
  private static final Duration LEASE = Duration.ofHours(1);

  private static final String SOURCE =
      """
        entries: {table: public.entries, text: "{word}: {gloss}", collections: [bench], index: {type: none}}
      """;

  /** A leased batch with the vectors of its keys. */
  record Batch(KeyBatch keys, List<EmbeddedText> texts) {}

  static StoreRows make(BenchDatabase database, int count) {
    database.fill("entries", Glosses.entries(count));
    Collection collection = BenchSource.apply(database.database(), SOURCE).collection();
    database.sql("alter table " + collection.table().sql() + " set (autovacuum_enabled = false)");
    CollectionStore store = new CollectionStore(collection, database.database().server());
    List<String> keys = LongStream.rangeClosed(1, count).mapToObj(Long::toString).toList();
    List<ContentRow> rows =
        database.database().jdbi().withHandle(handle -> store.read(handle, keys));
    return new StoreRows(database, collection, store, embedded(rows));
  }

  private static List<EmbeddedText> embedded(List<ContentRow> rows) {
    Random random = new Random(7);
    return rows.stream()
        .map(
            row ->
                new EmbeddedText(
                    row.key(),
                    Objects.requireNonNull(row.hash()),
                    new EmbeddedText.Piece(0, 0, 1),
                    InstantProvider.vector(random, InstantProvider.DIMENSIONS),
                    false))
        .toList();
  }

  /** The rows cut into batches of a size. */
  List<List<EmbeddedText>> cut(int size) {
    List<List<EmbeddedText>> parts = new ArrayList<>();
    for (int from = 0; from < texts.size(); from += size) {
      parts.add(texts.subList(from, Math.min(texts.size(), from + size)));
    }
    return parts;
  }

  /** The rows cut into batches of a size, each leased as a worker leases it. */
  List<Batch> leased(int size) {
    Claims claims = new Claims(collection.id());
    database.sql("truncate vectorkeeper.claim");
    return database
        .database()
        .jdbi()
        .inTransaction(
            handle -> {
              List<Batch> batches = new ArrayList<>();
              for (List<EmbeddedText> part : cut(size)) {
                List<String> keys = part.stream().map(EmbeddedText::key).toList();
                claims.add(handle, keys, Instant.now(), Duration.ZERO);
                Claim claim = claims.claim(handle, "bench", size, LEASE).orElseThrow();
                batches.add(new Batch(new ClaimBatch(claims, claim), part));
              }
              return batches;
            });
  }

  /** The fenced write of batches as the embedding path does it, until the last is on the disk. */
  void write(List<Batch> batches) {
    batches.forEach(this::write);
    KeyBatch last = batches.get(batches.size() - 1).keys();
    database.database().jdbi().useTransaction(handle -> last.complete(handle, BatchResult.NONE));
  }

  /** The embedding path's second transaction; fails unless all was stored. */
  private void write(Batch batch) {
    int stored =
        database
            .database()
            .jdbi()
            .inTransaction(
                handle -> {
                  if (!batch.keys().isHeld(handle)) {
                    return 0;
                  }
                  handle.execute("set local synchronous_commit = off");
                  return store.write(handle, batch.texts());
                });
    if (stored != batch.texts().size()) {
      throw new IllegalStateException(stored + " of " + batch.texts().size() + " were stored");
    }
  }

  /** Empties the collection. */
  void truncate() {
    database.sql("truncate " + collection.table().sql());
  }
}
