package dev.vectorkeeper.bench;

import dev.vectorkeeper.backfill.Backfills;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.profile.LocalKind;
import dev.vectorkeeper.provider.Embedder;
import dev.vectorkeeper.worker.Drain;
import dev.vectorkeeper.worker.WorkerSettings;
import java.util.List;
import java.util.Queue;

/**
 * WordNet entries in a table, embedded by the local model, with an HNSW index; {@code entries}
 * holds them with ids from 1 in their order, {@code entries_embeddings_active} their vectors.
 *
 * @param requestMillis how long each request to the model took since this was last emptied
 */
record Corpus(
    BenchDatabase database,
    BenchSource source,
    List<Glosses.Entry> entries,
    Queue<Double> requestMillis)
    implements AutoCloseable {
  static final String MODEL = "bge-small-en-v1.5-q";
  private static final int ROWS = 20_000;

  private static final String SOURCE =
      """
        entries: {table: public.entries, text: "{word}: {gloss}", collections: [bench]}
      """;

  /** Embeds all of it on all processors. */
  static Corpus embed(BenchRun run) {
    BenchDatabase database = run.database("corpus");
    List<Glosses.Entry> entries = Glosses.entries(run.rows(ROWS));
    database.fill("entries", entries);
    TimedProvider.Kind kind = new TimedProvider.Kind(new LocalKind(run.cache()));
    BenchSource source = BenchSource.apply(database.database(), kind, MODEL, SOURCE);
    BenchRun.say("embedding " + entries.size() + " entries …");
    database.database().jdbi().useTransaction(new Backfills(source.collection())::start);
    try (Drain drain = new Drain(database.database(), source.providers(), WorkerSettings.DEFAULT)) {
      drain.run(source.collections());
    }
    database.sql("vacuum analyze " + source.collection().table().sql());
    return new Corpus(database, source, entries, kind.millis());
  }

  Collection collection() {
    return source.collection();
  }

  Embedder embedder() {
    return source.providers().embedder(collection().profile().name());
  }

  @Override
  public void close() {
    source.providers().close();
    database.close();
  }
}
