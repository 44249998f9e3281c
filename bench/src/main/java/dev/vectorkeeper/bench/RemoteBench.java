package dev.vectorkeeper.bench;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.store.embedding.pgvector.PgVectorEmbeddingStore;
import dev.vectorkeeper.catalog.Collection;
import dev.vectorkeeper.worker.Drain;
import dev.vectorkeeper.worker.WorkerSettings;
import java.io.IOException;
import java.net.URI;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows embedded by a remote service that takes 50 ms a request, stored, beside the loop that teams
 * write by hand (a hundred rows, one request, one update a row) and LangChain4j's model with its
 * store. All three warm up first. The loops are measured over their first rows, which flatters the
 * hand-written one: it looks for rows without a vector from the table's start each time.
 */
final class RemoteBench {
  private static final int ROWS = 100_000;
  private static final int WARM = 10_000;
  private static final int LOOP_ROWS = 5_000;
  private static final int STORE_ROWS = 20_480;
  private static final int SEGMENTS = 2_048;
  private static final Duration WAIT = Duration.ofMillis(50);

  private static final String SOURCES =
      """
        warm: {table: public.warm, text: "{word}: {gloss}", collections: [bench], index: {type: none}}
        entries: {table: public.texts, text: "{word}: {gloss}", collections: [bench], index: {type: none}}
      """;

  private final BenchDatabase database;
  private final EmbeddingService service;
  private final List<String> texts;

  private RemoteBench(BenchDatabase database, EmbeddingService service, List<String> texts) {
    this.database = database;
    this.service = service;
    this.texts = texts;
  }

  static List<BenchLine> run(BenchRun run) throws SQLException, IOException {
    int rows = run.rows(ROWS);
    List<Glosses.Entry> entries = Glosses.entries(rows);
    try (BenchDatabase database = run.database("remote");
        EmbeddingService service =
            EmbeddingService.start(WAIT, BenchSource.REMOTE_DIMENSIONS, null)) {
      database.fill("texts", entries);
      database.fill("warm", entries.subList(0, run.rows(WARM)));
      RemoteBench bench =
          new RemoteBench(
              database, service, entries.stream().map(e -> e.word() + ": " + e.gloss()).toList());
      int loopRows = run.rows(LOOP_ROWS);
      int storeRows = Math.min(run.rows(STORE_ROWS), rows);
      double loopBefore = bench.loop(loopRows);
      double storeBefore = bench.store(storeRows);
      double ours = bench.ours();
      double loop = Math.max(loopBefore, bench.loop(loopRows));
      double store = Math.max(storeBefore, bench.store(storeRows));
      String what = rows + " short texts, 1,536 dimensions, 50 ms a request";
      return List.of(
          line("remote.loop", what, ours, loop, "100 rows, one request, one update a row", 10),
          line(
              "remote.store",
              what,
              ours,
              store,
              "LangChain4j's model and PgVectorEmbeddingStore",
              3));
    }
  }

  private static BenchLine line(
      String id, String what, double ours, double other, String how, double required) {
    return new BenchLine(
        id,
        what,
        Figures.rate(ours, "rows"),
        Figures.rate(other, "rows") + " (" + how + ")",
        ours / other,
        required,
        true);
  }

  private double ours() throws SQLException {
    BenchSource source = BenchSource.remote(database.database(), service, SOURCES);
    try (Drain drain = new Drain(database.database(), source.providers(), WorkerSettings.DEFAULT)) {
      List<Collection> collections = source.collections();
      drain.run(collections.subList(0, 1));
      double seconds = Turns.seconds(() -> drain.run(collections.subList(1, 2)));
      long stored = database.number("select count(*) from " + collections.get(1).table().sql());
      if (stored != texts.size()) {
        throw new IllegalStateException(stored + " of " + texts.size() + " rows were stored");
      }
      return texts.size() / seconds;
    }
  }

  private double loop(int rows) throws SQLException, IOException {
    database.sql(
        "drop table if exists products",
        "create table products (id bigint primary key, embedding_text text, embedding vector(1536))",
        "insert into products select id, word || ': ' || gloss from texts",
        "vacuum analyze products");
    HandWritten requests = new HandWritten(service);
    try (Connection session = database.session()) {
      session.setAutoCommit(false);
      for (int done = 0; done < rows / 5; done += 100) {
        loopOnce(session, requests);
      }
      long start = System.nanoTime();
      for (int done = 0; done < rows; done += 100) {
        loopOnce(session, requests);
      }
      return rows / ((System.nanoTime() - start) / 1e9);
    }
  }

  private static void loopOnce(Connection session, HandWritten requests)
      throws SQLException, IOException {
    List<Long> ids = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    try (Statement statement = session.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select id, embedding_text from products where embedding is null and embedding_text is not null limit 100")) {
      while (row.next()) {
        ids.add(row.getLong(1));
        texts.add(row.getString(2));
      }
    }
    List<HandWritten.Item> items = requests.embed(texts);
    try (PreparedStatement update =
        session.prepareStatement("update products set embedding = ?::vector where id = ?")) {
      for (int i = 0; i < ids.size(); i++) {
        update.setString(1, items.get(i).embedding().toString());
        update.setLong(2, ids.get(i));
        update.executeUpdate();
      }
    }
    session.commit();
  }

  private double store(int rows) {
    EmbeddingModel model =
        OpenAiEmbeddingModel.builder()
            .baseUrl(service.baseUrl())
            .apiKey("bench")
            .modelName("text-embedding-3-small")
            .dimensions(BenchSource.REMOTE_DIMENSIONS)
            .build();
    URI address = URI.create(database.url().jdbcUrl().substring("jdbc:".length()));
    PgVectorEmbeddingStore store =
        PgVectorEmbeddingStore.builder()
            .host(address.getHost())
            .port(address.getPort())
            .database(address.getPath().substring(1))
            .user(database.url().properties().getProperty("user"))
            .password(database.url().properties().getProperty("password"))
            .table("langchain4j")
            .dimension(BenchSource.REMOTE_DIMENSIONS)
            .dropTableFirst(true)
            .build();
    storeRows(model, store, 0, Math.min(rows, SEGMENTS));
    long start = System.nanoTime();
    storeRows(model, store, 0, rows);
    return rows / ((System.nanoTime() - start) / 1e9);
  }

  private void storeRows(EmbeddingModel model, PgVectorEmbeddingStore store, int from, int to) {
    for (int at = from; at < to; at += SEGMENTS) {
      List<TextSegment> segments =
          texts.subList(at, Math.min(to, at + SEGMENTS)).stream().map(TextSegment::from).toList();
      List<Embedding> embeddings = model.embedAll(segments).content();
      store.addAll(embeddings, segments);
    }
  }
}
