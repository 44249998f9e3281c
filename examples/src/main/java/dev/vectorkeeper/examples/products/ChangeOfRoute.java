package dev.vectorkeeper.examples.products;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vectorkeeper.examples.Stage;
import java.util.List;

/** From OpenRouter to OpenAI and back (P2). */
final class ChangeOfRoute {
  private static final String ROW =
      " from products where product_id_internal = (select min(product_id_internal) from products)";

  private final Stage stage;
  private final Commands commands;
  private final Shop shop;
  private final Routes routes;

  ChangeOfRoute(Stage stage, Commands commands, Shop shop, Routes routes) {
    this.stage = stage;
    this.commands = commands;
    this.shop = shop;
    this.routes = routes;
  }

  void run() throws Exception {
    int first = routes.asked(routes.openRouter()).size();
    int other = routes.asked(routes.openAi()).size();
    routes.throughOpenAi();
    commands.ok("apply", "--yes");
    JsonNode all = commands.json("backfill", "products");
    int moved = routes.asked(routes.openAi()).size() + routes.asked(routes.openRouter()).size();
    change("second-hand ");
    List<List<String>> then = routes.asked(routes.openAi());
    routes.throughOpenRouter();
    change("almost new, ");
    int back = routes.asked(routes.openRouter()).size() - first;
    stage.check(
        "P2",
        first > 0
            && other == 0
            && moved == first
            && all.path("processed").asLong() > 0
            && then.equals(List.of(List.of("second-hand " + original())))
            && back == 1,
        "%d requests to OpenRouter, %d to OpenAI; after the move %d more for %,d rows; then a change each: %d and %d"
            .formatted(
                first, other, moved - first, all.path("processed").asLong(), then.size(), back));
  }

  private String original() {
    return stage.column("select name || ': ' || description" + ROW).get(0);
  }

  /** One product gets another text, and whoever works next embeds it. */
  private void change(String prefix) {
    String text = prefix + original();
    shop.changed(text, original());
    stage.sql(
        "update products set embedding_text = '%s' || name || ': ' || description where product_id_internal = (select min(product_id_internal) from products)"
            .formatted(prefix));
    commands.ok("worker", "--once");
  }
}
