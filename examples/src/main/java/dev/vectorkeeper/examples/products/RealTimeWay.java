package dev.vectorkeeper.examples.products;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vectorkeeper.examples.Service;
import dev.vectorkeeper.examples.Stage;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * The first way: the column is filled as rows change (P1, P3, P7), and a text alone can be asked
 * for as well (P6).
 */
final class RealTimeWay {
  private static final String PATH = "/functions/v1/generate-embedding";
  private static final String TOKEN = "only-the-shop-knows-this";

  private static final String ANY =
      "select min(product_id_internal) from products where embedding is not null";

  private final Stage stage;
  private final Commands commands;
  private final Shop shop;
  private final Routes routes;

  RealTimeWay(Stage stage, Commands commands, Shop shop, Routes routes) {
    this.stage = stage;
    this.commands = commands;
    this.shop = shop;
    this.routes = routes;
  }

  void run() throws Exception {
    stage.env("GENERATE_EMBEDDING_TOKEN", TOKEN);
    fill();
    try (Service service = stage.serve();
        Connection session = stage.session()) {
      new Freshness(stage, shop, routes, session).run();
      generate(service);
      nulled(session);
    }
  }

  /** P1: what is there keeps its vectors, what comes is embedded once. */
  private void fill() throws Exception {
    commands.ok("apply", "--yes");
    commands.ok("schedule", "remove", "generate-embeddings");
    long again = commands.json("backfill", "products").path("embedded").asLong();
    try (Connection session = stage.session()) {
      shop.insert(session, stage.rows(200, 12_000));
    }
    commands.ok("worker", "--once");
    commands.ok("search", "products", "something to drink in the morning", "-k", "3");
    long described = stage.number("select count(*) from products where embedding_text is not null");
    long right =
        stage.number(
            "select count(*) from products where embedding_text is not null and vector_dims(embedding) = 1536");
    long wrong =
        stage.number(
            "select count(*) from products where embedding_text is null and embedding is not null");
    Relevance relevance = Relevance.of(stage, shop, stage.rows(20, 30));
    stage.check(
        "P1",
        right == described && wrong == 0 && again == 0 && relevance.holds(),
        "%,d of %,d texts have 1,536 dimensions, %d vectors of the schedule's made again; %s"
            .formatted(right, described, again, relevance));
  }

  /** P6: the answer is the vector that the row of the same text has. */
  private void generate(Service service) throws Exception {
    long key = stage.number(ANY);
    String text =
        stage
            .column(
                "select to_json(embedding_text) from products where product_id_internal = " + key)
            .get(0);
    String body = "{\"embedding_text\":" + text + "}";
    HttpResponse<String> answer = service.post(PATH, body, "Authorization", "Bearer " + TOKEN);
    JsonNode embedding = Service.json(answer).path("embedding");
    double same =
        Double.parseDouble(
            stage
                .column(
                    "select 1 - (embedding <=> '%s') from products where product_id_internal = %d"
                        .formatted(embedding, key))
                .get(0));
    int without = service.post(PATH, body).statusCode();
    stage.check(
        "P6",
        embedding.size() == 1536 && same > 0.9999 && without == 401,
        "%,d numbers, cosine %.4f to the stored vector; %d without the token"
            .formatted(embedding.size(), same, without));
  }

  /** P7: one request for the one row, and the same vector as before. */
  private void nulled(Connection session) throws SQLException {
    long key = stage.number(ANY);
    int before = routes.asked(routes.openRouter()).size();
    String row = " from products where product_id_internal = " + key;
    String vector = stage.column("select embedding" + row).get(0);
    try (var statement = session.createStatement()) {
      statement.execute("update products set embedding = null where product_id_internal = " + key);
    }
    long start = System.nanoTime();
    await()
        .pollInterval(Duration.ofMillis(5))
        .until(() -> stage.number("select count(embedding)" + row) == 1);
    double seconds = (System.nanoTime() - start) / 1e9;
    double same =
        Double.parseDouble(
            stage.column("select 1 - (embedding <=> '%s')".formatted(vector) + row).get(0));
    int requests = routes.asked(routes.openRouter()).size() - before;
    stage.check(
        "P7",
        requests == 1 && same > 0.9999,
        "there again after %.2f s by %d request, cosine %.4f to the one before"
            .formatted(seconds, requests, same));
  }
}
